import { invariant } from '../../../kernel/invariant.ts'
import type { Outcome, ResolvedOperation } from '../../contract.ts'
import { requestTokens } from '../../hosted-sign-in.ts'
import { optionalArgument, textArgument } from '../../operation-fields.ts'
import { failedOutcome, malformedOutcome, objectField, textField } from '../api.ts'
import { hostedAccess } from '../hosted-access.ts'
import { type HostedHandler, refusedGrant } from '../hosted-handler.ts'
import { firstSecret, type MachineClient } from '../machine-client.ts'
import type { OperationContext, OperationHandler } from '../operation-handler.ts'

/** Client credentials (RFC 6749 section 4.4) with one of the client's secrets. */
export const machineSignIn: HostedHandler = async (http, operation, context, signal) => {
  const machine = machineOf(operation, context)
  const label = optionalArgument(operation, 'secret') ?? firstSecret
  const clientSecret = label === firstSecret ? machine.first : secretOf(label, context)
  const pages = { http, host: hostedAccess.host }
  const client = { clientId: machine.clientId, clientSecret }
  const form = { grant_type: 'client_credentials' }
  const { status, body } = await requestTokens(pages, client, form, signal)
  const accessToken = textField(body, 'access_token')
  if (status !== 200) return refusedGrant(status, body)
  if (accessToken === undefined) return malformedOutcome()
  const tokens = [await context.inspector.observe(accessToken, 'access')]
  return { type: 'ok', tokens, results: { accessToken } }
}

/** A further secret: `secret:<own id>` = own id. */
export const addSecret: OperationHandler = {
  request: (operation, context) => ({
    operation: 'AddUserPoolClientSecret',
    input: {
      UserPoolId: context.poolId,
      ClientId: machineOf(operation, context).clientId,
      ClientSecret: secretOf(operation.id, context),
    },
  }),
  outcome: (answer, operation, context) => {
    if (!answer.ok) return failedOutcome(answer)
    const id = textField(objectField(answer.output, 'ClientSecretDescriptor'), 'ClientSecretId')
    if (id === undefined) return malformedOutcome()
    machineOf(operation, context).secretIds.set(operation.id, id)
    return { type: 'ok' }
  },
}

/** A secret ends: `secret:<label>` = `deleted`. One that nobody knows the id of is refused. */
export const deleteSecret: OperationHandler = {
  request: (operation, context) => {
    const machine = machineOf(operation, context)
    const label = textArgument(operation, 'secret')
    return {
      operation: 'DeleteUserPoolClientSecret',
      input: {
        UserPoolId: context.poolId,
        ClientId: machine.clientId,
        ClientSecretId: machine.secretIds.get(label) ?? label,
      },
    }
  },
  outcome: (answer): Outcome => (answer.ok ? { type: 'ok' } : failedOutcome(answer)),
}

function machineOf({ id }: ResolvedOperation, { machine }: OperationContext): MachineClient {
  invariant(machine !== undefined, `${id}: "needs.functions" names no operation of machine clients`)
  return machine
}

/** Letters, digits and `_` alone, as a secret of one's own has to be. */
function secretOf(label: string, { secrets }: OperationContext): string {
  return secrets.passwordFor(label).replaceAll('-', '_')
}
