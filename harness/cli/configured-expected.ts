import type { PlannedExpectation } from '../plan/expected-results.ts'
import { loadCatalogue } from './catalogue.ts'
import { expectedOf } from './expected-results.ts'

/**
 * The expected results that the configuration of a folder names, for those who run its scenarios by
 * other means than the command line.
 *
 * @throws UsageError naming file, line and field of what is wrong.
 */
export async function configuredExpected(
  folder: string,
  target: string,
): Promise<PlannedExpectation | undefined> {
  const end = (error: Error): never => {
    throw error
  }
  return expectedOf({}, await loadCatalogue({ folder, end }), { target, around: { folder } })
}
