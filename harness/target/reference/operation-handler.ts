import {
  type RegionName,
  type RegisterKind,
  type RegisterName,
  registerKind,
} from '../../history/operation.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import type { Observed } from '../operation-fields.ts'
import type { Secrets } from '../secrets.ts'
import type { SrpGroupName } from '../srp.ts'
import type { TokenInspector } from '../token-inspector.ts'
import { type ApiAnswer, type ApiRequest, failedOutcome } from './api.ts'
import type { MachineClient } from './machine-client.ts'

/** What an operation needs beside itself. */
export interface OperationContext {
  readonly poolId: string
  readonly clientId: string
  /** The app client whose refresh tokens rotate; its tokens are good at no other. */
  readonly rotatingClientId: string
  /** Refresh tokens that the rotating client was given. */
  readonly rotatingTokens: Set<string>
  /** The code that a user was sent last; undefined where no Region tells of one. */
  readonly codeFor: (user: string) => Promise<string | undefined>
  readonly secrets: Secrets
  /** The wall clock of clients: an authenticator app reads it. */
  readonly wall: WallClock
  readonly inspector: TokenInspector
  /** Absent where the scenario needs no operation of machine clients. */
  readonly machine?: MachineClient
  /** The group that clients and Regions agree on. */
  readonly srpGroup: SrpGroupName
  /** The Region that the pool is replicated to. */
  readonly replica: RegionName
}

/** One function of the harness in the words of the API: exactly one request, and its reading. */
export interface OperationHandler {
  request(operation: ResolvedOperation, context: OperationContext): ApiRequest | Promise<ApiRequest>
  outcome(
    answer: ApiAnswer,
    operation: ResolvedOperation,
    context: OperationContext,
    /** What was sent: a later operation may have to refer to a part of it. */
    request: ApiRequest,
  ): Outcome | Promise<Outcome>
}

/** A handler whose answer says no more than that it happened. */
export function acknowledged(request: OperationHandler['request']): OperationHandler {
  return {
    request,
    outcome: (answer) => (answer.ok ? { type: 'ok' } : failedOutcome(answer)),
  }
}

/**
 * The app client of an operation: the argument `client: 'rotating'` asks for the rotating one, and
 * a refresh token goes back to the client that it was given to.
 */
export function clientIdOf(operation: ResolvedOperation, context: OperationContext): string {
  const token = operation.resolved.refreshToken
  const isRotating =
    operation.arguments.client === 'rotating' ||
    (token !== undefined && context.rotatingTokens.has(token))
  return isRotating ? context.rotatingClientId : context.clientId
}

/** The registers of a kind that a successful answer shows. */
export function readsOf(operation: ResolvedOperation, kind: RegisterKind): readonly RegisterName[] {
  return (operation.reads ?? []).filter((register) => registerKind(register) === kind)
}

/** The fields `observed` of an outcome: left out where nothing was seen. */
export function observedField(observed: Observed): { readonly observed?: Observed } {
  return observed.length === 0 ? {} : { observed }
}
