import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const variable = 'INTERREGNUM_STATE_DIR'

/**
 * Gives the tests of a file a state folder of their own, so that no ledger lands in the user's.
 * Call it where the file is evaluated. After its tests the folder is gone and the environment as
 * it was.
 *
 * @returns The path of the folder.
 */
export function ownStateFolder(): string {
  const before = process.env[variable]
  const state = mkdtempSync(join(tmpdir(), 'interregnum-state-'))
  process.env[variable] = state
  afterAll(() => {
    if (before === undefined) delete process.env[variable]
    else process.env[variable] = before
    rmSync(state, { recursive: true, force: true })
  })
  return state
}
