import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../kernel/errors.ts'
import { makeFolder } from '../kernel/make-folder.ts'
import type { RunResult } from '../verdict/verdict.ts'
import { verdictJson } from './json.ts'
import { junitXml } from './junit.ts'
import { reportHtml } from './report-html.ts'
import { summaryMarkdown } from './summary.ts'
import type { Timeline } from './timeline.ts'

/**
 * Writes `verdict.json`, `junit.xml`, `summary.md` and `report.html` into the folder of a run.
 *
 * @throws StorageError if the disk is full or the folder cannot be written.
 */
export async function writeReports(
  folder: string,
  result: RunResult,
  timelines: ReadonlyMap<string, Timeline> = new Map(),
): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'verdict.json': verdictJson(result),
    'junit.xml': junitXml(result),
    'summary.md': summaryMarkdown(result),
    'report.html': reportHtml(result, timelines),
  }
  try {
    await makeFolder(folder)
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  } catch (error) {
    throw new StorageError(`the reports could not be written to ${folder}`, {
      cause: error,
      hint: 'free space, or choose another folder with --out',
    })
  }
}
