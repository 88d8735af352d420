import { drifts } from '../../fixtures/aws/drifts.ts'
import { exampleNames } from '../../fixtures/aws/example-account.ts'
import { startExamplePair } from '../../fixtures/aws/example-pair.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import type { PreflightPlace } from './preflight-command.ts'
import type { CommandResult } from './surroundings.ts'

/**
 * `interregnum preflight --demo`: starts two Regions of the reference, and models of the services
 * around them, in this process, lets them drift apart and looks at them as at AWS.
 *
 * @param what - `clean`, the id of a drift, or `true` for all that can be planted together.
 * @throws UsageError for a drift that there is not.
 */
export async function preflightDemo(
  what: string | true,
  look: (place: PreflightPlace) => Promise<CommandResult>,
): Promise<CommandResult> {
  const names = ['clean', ...drifts.map(({ id }) => id)]
  if (what !== true && !names.includes(what)) {
    throw unknownName(`"--demo": "${what}" is unknown`, what, names)
  }
  const planted = drifts.filter(({ id, alone }) => (what === true ? alone !== true : id === what))
  const pair = await startExamplePair()
  try {
    for (const drift of planted) await drift.plant(pair)
    return await look({
      pair: {
        poolId: pair.poolId,
        primary: exampleNames.primary,
        integrations: ['none'],
        usersMax: 60,
        certificateDaysMin: 30,
        now: pair.now(),
      },
      endpoints: { '*': { '*': pair.url } },
      credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' },
      model: true,
    })
  } finally {
    await pair.close()
  }
}
