import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../kernel/errors.ts'
import { makeFolder } from '../kernel/make-folder.ts'
import type { RunResult } from '../verdict/verdict.ts'
import { readChronicles } from './chronicle.ts'
import { verdictJson } from './json.ts'
import { junitXml } from './junit.ts'
import { reportHtml } from './report-html.ts'
import { sarifJson } from './sarif.ts'
import { summaryMarkdown } from './summary.ts'

/**
 * Writes `verdict.json`, `junit.xml`, `summary.md`, `results.sarif` and `report.html` into the
 * folder of a run. The pictures of `report.html` come from the histories that are stored there.
 *
 * @param into - Where the reports go, if not beside the histories.
 * @throws StorageError if the disk is full or the folder cannot be written.
 */
export async function writeReports(
  folder: string,
  result: RunResult,
  into: string = folder,
): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'verdict.json': verdictJson(result),
    'junit.xml': junitXml(result),
    'summary.md': summaryMarkdown(result),
    'results.sarif': sarifJson(result),
    'report.html': reportHtml(result, readChronicles(folder, result.scenarios)),
  }
  try {
    await makeFolder(into)
    for (const [name, text] of Object.entries(files)) await writeFile(join(into, name), text)
  } catch (error) {
    throw new StorageError(`the reports could not be written to ${into}`, {
      cause: error,
      hint: 'free space, or choose another folder with --out',
    })
  }
}
