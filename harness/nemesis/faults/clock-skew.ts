import { millis } from '../../kernel/time.ts'
import { type FaultEnvironment, type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'

/** The Date header has whole seconds, and an answer takes time. */
const toleranceMicros = millis(1_500)

/** Ten years. */
const offsetMillisMax = 315_576_000_000

/** A Region's wall clock is off by a fixed time. */
export const clockSkew: FaultKind<'clock-skew'> = {
  name: 'clock-skew',
  description: "Sets a Region's wall clock off by a fixed time, forward or back.",
  worlds: ['sim', 'process', 'container'],
  parameters: {
    region: regionParameter,
    offsetMillis: {
      ...{ type: 'number', unit: 'ms', min: -offsetMillisMax, max: offsetMillisMax },
      about: 'true time plus this is what its wall clock says',
    },
  },
  mayCause: ['clock-skewed'],
  effects: ({ region, offsetMillis }) => [{ effect: 'clock-skewed', region, offsetMillis }],
  create: ({ region, offsetMillis }, environment) => ({
    apply: () => regionOf(environment, region).control.setWallOffset(millis(offsetMillis)),
    verify: () => clockIsOff(environment, region, offsetMillis),
    heal: () => regionOf(environment, region).control.setWallOffset(0),
    verifyHealed: () => clockIsOff(environment, region, 0),
  }),
}

async function clockIsOff(
  environment: FaultEnvironment,
  name: string,
  offsetMillis: number,
): Promise<Verification> {
  const shown = await regionOf(environment, name).control.readWall()
  const off = shown - environment.stack.wall.now()
  const held = Math.abs(off - millis(offsetMillis)) <= toleranceMicros
  return {
    held,
    detail: `Date header of ${name}: ${held ? `off by ${offsetMillis} ms as asked` : `off by ${Math.round(off / 1_000)} ms, asked for ${offsetMillis}`}`,
  }
}
