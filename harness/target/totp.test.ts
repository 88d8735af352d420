import { Secret, TOTP } from 'otpauth'
import { describe, expect, it, test } from 'vitest'
import { keyedRandom } from '../kernel/random.ts'
import { seconds } from '../kernel/time.ts'
import { base32Of, totpCodeAt, totpStepAt } from './totp.ts'

// Goal: our codes are those of any authenticator app. Method: the vectors of RFC 6238, and a
// comparison with an independent library over random secrets and instants.

describe('totpCodeAt', () => {
  it('gives the vectors of RFC 6238 appendix B, in six digits', () => {
    // The ASCII bytes of `12345678901234567890`.
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const at = (time: number) => totpCodeAt(secret, seconds(time))
    expect([59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000].map(at)).toEqual([
      '287082',
      '081804',
      '050471',
      '005924',
      '279037',
    ])
  })

  it('agrees with an independent implementation', () => {
    const random = keyedRandom(11)
    for (let index = 0; index < 500; index += 1) {
      const draw = random.at('secret', 'totp', index)
      const length = draw.integer(10, 40)
      const bytes = Uint8Array.from(draw.bytes(length))
      const secret = new Secret({ buffer: bytes.buffer })
      const timestamp = draw.integer(0, 4_000_000_000) * 1_000 + draw.integer(0, 999)
      const expected = new TOTP({ secret }).generate({ timestamp })
      expect(totpCodeAt(secret.base32, timestamp * 1_000)).toBe(expected)
    }
  })

  it('keeps a code for one step', () => {
    const codes = [0, 29.999999, 30, 59.9].map((time) =>
      totpCodeAt('MFRGGZDFMZTWQ2LK', seconds(time)),
    )
    expect([codes[0] === codes[1], codes[1] === codes[2], codes[2] === codes[3]]).toEqual([
      true,
      false,
      true,
    ])
    expect(totpStepAt(seconds(30))).toBe(1)
  })

  it('takes padding and lower case, and refuses what is not base32', () => {
    expect(totpCodeAt('mfrggzdfmztq====', 0)).toBe(totpCodeAt('MFRGGZDFMZTQ', 0))
    expect(() => totpCodeAt('0189', 0)).toThrowErrorMatchingInlineSnapshot(
      `[InvariantError: a TOTP secret must be base32]`,
    )
  })
})

test('bytes are written as authenticator apps take them', () => {
  const random = keyedRandom(12)
  for (let length = 0; length < 40; length += 1) {
    const bytes = Uint8Array.from(random.at('secret', 'totp', length).bytes(length))
    expect(base32Of(bytes)).toBe(new Secret({ buffer: bytes.buffer }).base32)
  }
})
