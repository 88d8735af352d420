import { resolve } from 'node:path'
import { loadExpected } from '../config/load-expected.ts'
import { systemWallClock } from '../kernel/clock.ts'
import { todayOf } from '../kernel/day.ts'
import { exitCodes } from '../kernel/errors.ts'
import { plainText } from '../report/plain-text.ts'
import { loadCatalogue } from './catalogue.ts'
import { expectedCountText } from './expected-results.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/**
 * Reads a file of expected results and tells what it holds.
 *
 * @throws UsageError naming file, line and field of what is wrong.
 */
export async function checkExpected(path: string, around: Surroundings): Promise<CommandResult> {
  const { registries, scenarios } = await loadCatalogue(around)
  const names = { ...registries, scenarios: scenarios.map(({ scenario }) => scenario) }
  const { entries, ...read } = await loadExpected(resolve(around.folder, path), path, names)
  const today = todayOf(systemWallClock())
  const expired = entries
    .filter(({ until }) => until < today)
    .map(({ scenario, until }) => ({ scenario, until }))
  return {
    document: { ...read, entries: entries.length, expired },
    text: [
      `${path}: ${expectedCountText(entries.length)}`,
      ...expired.map(({ scenario, until }) => `expired on ${until}: ${scenario}`),
    ]
      .map(plainText)
      .join('\n'),
    exitCode: exitCodes.pass,
  }
}
