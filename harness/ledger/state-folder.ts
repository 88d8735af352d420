import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** What decides where the state folder is. */
export interface StateFolderInput {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
}

/**
 * The folder where ledgers live: `$INTERREGNUM_STATE_DIR`, else what the platform keeps for state
 * (`$XDG_STATE_HOME/interregnum` or `~/.local/state/interregnum`; on macOS
 * `~/Library/Application Support/interregnum`). It does not depend on the working folder, so
 * `recover` works from anywhere.
 *
 * @see XDG Base Directory Specification 0.8: relative paths in `XDG_STATE_HOME` are ignored.
 */
export function stateFolder(input: Partial<StateFolderInput> = {}): string {
  const environment = input.environment ?? process.env
  const home = input.home ?? homedir()
  const own = environment.INTERREGNUM_STATE_DIR
  if (own !== undefined && own !== '') return resolve(own)
  if ((input.platform ?? process.platform) === 'darwin') {
    return join(home, 'Library', 'Application Support', 'interregnum')
  }
  const xdg = environment.XDG_STATE_HOME
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.local', 'state')
  return join(base, 'interregnum')
}

/** The folder of the ledgers, one file per run that has not ended. */
export function runsFolder(state: string): string {
  return join(state, 'runs')
}

/** The ledger of a run. */
export function ledgerPath(state: string, runId: string): string {
  return join(runsFolder(state), `${runId}.ndjson`)
}
