import type { Clock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import type { Micros } from '../kernel/time.ts'
import type { RunningRegion } from '../target/contract.ts'
import type { Verification } from './fault.ts'
import type { FaultParameter } from './fault-parameter.ts'

/** Services that the software of a Region leans on. */
export const dependencyParameter: FaultParameter = {
  type: 'choice',
  choices: ['password-hash', 'token-signing', 'directory-store', 'message-delivery'],
  about: 'what the Region leans on',
}

/** Lets the Region use a dependency once; `slow` from `slowMicros` on, by the harness's clock. */
export async function dependencyTakes(
  region: RunningRegion,
  clock: Clock,
  name: string,
  slowMicros: Micros,
  expected: 'works' | 'slow' | 'fails',
): Promise<Verification> {
  const began = clock.monotonic()
  const said = (await region.control.command('dependency-probe', { name })) as {
    readonly answered?: Json
  }
  const took = clock.monotonic() - began
  const seen = said.answered !== true ? 'fails' : took >= slowMicros ? 'slow' : 'works'
  return { held: seen === expected, detail: `${name} of ${region.name}: ${seen}` }
}
