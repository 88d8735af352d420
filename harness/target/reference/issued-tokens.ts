import type { Outcome } from '../contract.ts'
import type { TokenUse } from '../token-inspector.ts'
import { objectField, textField } from './api.ts'
import { deviceResult } from './device.ts'
import type { OperationContext } from './operation-handler.ts'

const fields: readonly (readonly [use: TokenUse, field: string, result: string])[] = [
  ['id', 'IdToken', 'idToken'],
  ['access', 'AccessToken', 'accessToken'],
  ['refresh', 'RefreshToken', 'refreshToken'],
]

/**
 * The tokens of an `AuthenticationResult`: what is known of them for the history, and themselves as
 * results, with the device that may be confirmed. A refresh may bring no new refresh token.
 * Undefined if there is no access token. Refresh tokens of the rotating client are remembered.
 */
export async function issuedTokens(
  output: Readonly<Record<string, unknown>>,
  { inspector, rotatingClientId, rotatingTokens }: OperationContext,
): Promise<Required<Pick<Outcome, 'tokens' | 'results'>> | undefined> {
  const result = objectField(output, 'AuthenticationResult')
  if (result === undefined || textField(result, 'AccessToken') === undefined) return undefined
  const present = fields.flatMap(([use, field, name]) => {
    const token = textField(result, field)
    return token === undefined ? [] : [{ use, name, token }]
  })
  const offered = offeredDevice(result)
  const tokens = await Promise.all(present.map(({ token, use }) => inspector.observe(token, use)))
  const refreshToken = textField(result, 'RefreshToken')
  const isRotating = tokens.some(({ audience }) => audience === rotatingClientId)
  if (refreshToken !== undefined && isRotating) rotatingTokens.add(refreshToken)
  return {
    tokens,
    results: {
      ...Object.fromEntries(present.map(({ name, token }) => [name, token])),
      ...(offered === undefined ? {} : { device: offered }),
    },
  }
}

function offeredDevice(result: Readonly<Record<string, unknown>>): string | undefined {
  const offer = objectField(result, 'NewDeviceMetadata')
  const key = textField(offer, 'DeviceKey')
  const groupKey = textField(offer, 'DeviceGroupKey')
  return key === undefined || groupKey === undefined ? undefined : deviceResult({ key, groupKey })
}
