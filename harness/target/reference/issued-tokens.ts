import type { Outcome } from '../contract.ts'
import type { TokenInspector, TokenUse } from '../token-inspector.ts'
import { objectField, textField } from './api.ts'
import { deviceResult } from './device.ts'

const fields: readonly (readonly [use: TokenUse, field: string, result: string])[] = [
  ['id', 'IdToken', 'idToken'],
  ['access', 'AccessToken', 'accessToken'],
  ['refresh', 'RefreshToken', 'refreshToken'],
]

/**
 * The tokens of an `AuthenticationResult`: what is known of them for the history, and themselves as
 * results, with the device that may be confirmed. A refresh may bring no new refresh token.
 * Undefined if there is no access token.
 */
export async function issuedTokens(
  output: Readonly<Record<string, unknown>>,
  inspector: TokenInspector,
): Promise<Required<Pick<Outcome, 'tokens' | 'results'>> | undefined> {
  const result = objectField(output, 'AuthenticationResult')
  if (result === undefined || textField(result, 'AccessToken') === undefined) return undefined
  const present = fields.flatMap(([use, field, name]) => {
    const token = textField(result, field)
    return token === undefined ? [] : [{ use, name, token }]
  })
  const offered = offeredDevice(result)
  return {
    tokens: await Promise.all(present.map(({ token, use }) => inspector.observe(token, use))),
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
