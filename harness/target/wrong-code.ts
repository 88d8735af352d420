import type { Instant } from '../kernel/time.ts'
import type { Secrets } from './secrets.ts'
import { totpCodeAt, totpStepMicros } from './totp.ts'

/** Steps before and after the present one whose codes a Region may take. */
const nearSteps = [-2, -1, 0, 1, 2]

/** A code that no Region can take for right, where the secret is known. */
export function wrongCode(
  secrets: Secrets,
  guess: string,
  totpSecret: string | undefined,
  now: Instant,
): string {
  const right =
    totpSecret === undefined
      ? []
      : nearSteps.map((steps) => totpCodeAt(totpSecret, now + steps * totpStepMicros))
  for (let turn = 0; ; turn += 1) {
    const code = secrets.codeFor(guess, turn)
    if (!right.includes(code)) return code
  }
}
