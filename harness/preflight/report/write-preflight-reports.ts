import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../../kernel/errors.ts'
import { makeFolder } from '../../kernel/make-folder.ts'
import { toJson } from '../../report/json.ts'
import type { PreflightResult } from '../preflight.ts'
import { preflightHtml } from './preflight-html.ts'
import { preflightJunit } from './preflight-junit.ts'
import { preflightSarif } from './preflight-sarif.ts'

/**
 * Writes `preflight.json`, `preflight.html`, `junit.xml`, `results.sarif` and `policy.json`.
 *
 * @throws StorageError if the disk is full or the folder cannot be written.
 */
export async function writePreflightReports(
  folder: string,
  result: PreflightResult,
): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'preflight.json': toJson(result),
    'preflight.html': preflightHtml(result),
    'junit.xml': preflightJunit(result),
    'results.sarif': preflightSarif(result),
    'policy.json': toJson(result.policy),
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
