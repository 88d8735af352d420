import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { exitCodes, UsageError } from '../kernel/errors.ts'
import { plainText } from '../report/plain-text.ts'
import { reportStoredRun } from '../report/stored-run.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The flags of `interregnum report`. */
export interface ReportFlags {
  /** Where the reports go, if not into the folder of the run. */
  readonly out?: string
}

/**
 * `interregnum report`: writes the reports of a stored run anew, from its verdict and histories. It
 * judges nothing, so its exit code is 0 whatever the verdict was.
 *
 * @throws UsageError if the folder is no run.
 */
export async function reportCommand(
  path: string,
  { out }: ReportFlags,
  around: Surroundings,
): Promise<CommandResult> {
  const folder = resolve(around.folder, path)
  if (!existsSync(folder)) {
    throw new UsageError(`${folder} does not exist`, {
      hint: 'expected the folder of a run, such as reports/latest',
    })
  }
  const into = out === undefined ? folder : resolve(around.folder, out)
  const { verdict, scenarios } = await reportStoredRun(folder, into)
  const written = relative(around.folder, into) || '.'
  return {
    document: { folder: written, report: `${written}/report.html`, verdict },
    text: plainText(`${countText(scenarios.length)}, ${verdict}: ${written}/report.html`),
    exitCode: exitCodes.pass,
  }
}

function countText(count: number): string {
  return count === 1 ? '1 scenario' : `${count} scenarios`
}
