import type { OperationFunction } from '../../history/operation.ts'
import type { HttpClient } from '../../http/http.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { IdentityClient, Outcome, ResolvedOperation } from '../contract.ts'
import { type ApiAnswer, type ApiRequest, callApi, exchangeFailure, failedOutcome } from './api.ts'
import type { HostedHandler } from './hosted-handler.ts'
import type { OperationContext, OperationHandler } from './operation-handler.ts'
import * as accounts from './operations/accounts.ts'
import * as devices from './operations/devices.ts'
import * as groups from './operations/groups.ts'
import * as guesses from './operations/guesses.ts'
import * as hostedPages from './operations/hosted-pages.ts'
import * as issuers from './operations/issuers.ts'
import * as machineClients from './operations/machine-clients.ts'
import * as passwordResets from './operations/password-resets.ts'
import * as passwords from './operations/passwords.ts'
import * as profiles from './operations/profiles.ts'
import * as replicas from './operations/replicas.ts'
import * as sessions from './operations/sessions.ts'
import * as signIns from './operations/sign-ins.ts'
import * as softwareTokens from './operations/software-tokens.ts'
import * as srpSignIns from './operations/srp-sign-ins.ts'

/** The functions of the harness in the words of the API; the target declares just these. */
export const operationHandlers: Readonly<Partial<Record<OperationFunction, OperationHandler>>> = {
  'sign-up': accounts.signUp,
  'confirm-sign-up': accounts.confirmSignUp,
  'admin-create-user': accounts.adminCreateUser,
  'set-password': passwords.setPassword,
  'change-password': passwords.changePassword,
  'update-attribute': profiles.updateAttribute,
  'disable-user': accounts.disableUser,
  'enable-user': accounts.enableUser,
  'delete-user': accounts.deleteUser,
  'associate-totp': softwareTokens.associateTotp,
  'verify-totp': softwareTokens.verifyTotp,
  'prefer-totp': softwareTokens.preferTotp,
  'sign-in': signIns.signIn,
  'answer-totp': signIns.answerTotp,
  refresh: sessions.refresh,
  revoke: sessions.revoke,
  'use-token': sessions.useToken,
  'read-user': profiles.readUser,
  'read-groups': groups.readGroups,
  'add-to-group': groups.addToGroup,
  'remove-from-group': groups.removeFromGroup,
  'forgot-password': passwordResets.forgotPassword,
  'confirm-forgot-password': passwordResets.confirmForgotPassword,
  'reset-password': passwordResets.resetPassword,
  'admin-sign-in': signIns.adminSignIn,
  'answer-new-password': signIns.answerNewPassword,
  rotate: sessions.rotate,
  'sign-out': sessions.signOut,
  'admin-sign-out': sessions.adminSignOut,
  'start-srp': srpSignIns.startSrp,
  'answer-srp': srpSignIns.answerSrp,
  'guess-password': guesses.guessPassword,
  'guess-code': guesses.guessCode,
  'guess-reset-code': guesses.guessResetCode,
  'replay-totp': signIns.replayTotp,
  'start-device': devices.startDevice,
  'answer-device': devices.answerDevice,
  'confirm-device': devices.confirmDevice,
  'forget-device': devices.forgetDevice,
  'activate-replica': replicas.activateReplica,
  'deactivate-replica': replicas.deactivateReplica,
  'switch-issuer': issuers.switchIssuer,
  'add-secret': machineClients.addSecret,
  'delete-secret': machineClients.deleteSecret,
}

/** The functions of browsers and machine clients, at the hosted endpoints. */
export const hostedHandlers: Readonly<Partial<Record<OperationFunction, HostedHandler>>> = {
  'machine-sign-in': machineClients.machineSignIn,
  'open-sign-in-page': hostedPages.openPage,
  'submit-sign-in': hostedPages.submitPage,
  'redeem-code': hostedPages.redeemCode,
}

/** Talks to one Region of a Cognito-compatible system: one operation is one request. */
export function referenceClient(http: HttpClient, context: OperationContext): IdentityClient {
  return {
    perform: async (operation, signal) => {
      const hosted = hostedHandlers[operation.function]
      if (hosted !== undefined) {
        return hosted(http, operation, context, signal).catch((error: unknown) =>
          failedOutcome(exchangeFailure(error, signal)),
        )
      }
      return performBy((request) => callApi(http, request, signal), operation, context)
    },
  }
}

/**
 * An operation of the API, its one request sent by `send`.
 *
 * @throws InvariantError for a function that is none of the API's.
 */
export async function performBy(
  send: (request: ApiRequest) => Promise<ApiAnswer>,
  operation: ResolvedOperation,
  context: OperationContext,
): Promise<Outcome> {
  const handler = operationHandlers[operation.function]
  invariant(handler !== undefined, `${operation.function} is not among the capabilities`)
  const request = await handler.request(operation, context)
  return handler.outcome(await send(request), operation, context, request)
}
