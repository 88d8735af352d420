import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readLedger } from '../ledger-file.ts'
import { createPrivateDirectory } from '../private-directory.ts'
import { identify } from '../process-identity.ts'
import { openRun } from '../run-guard.ts'
import { ledgerPath, stateFolder } from '../state-folder.ts'

/*
 * A run to be killed by tests: it opens a run, lists and starts children that never end by
 * themselves, makes a folder, says on standard output what it did, and closes when its standard
 * input ends. With the argument `unlisted` the ledger never learns the children's pids.
 */

const stubborn = "process.on('SIGINT', () => {}); setInterval(() => {}, 1e6); console.log('up')"

const guard = await openRun()
const { path } = await createPrivateDirectory(guard.ledger, 'guarded run')
const pids: number[] = []
for (const owner of ['first child', 'second child']) {
  const entry = await guard.ledger.intend('process', owner, {})
  const child = spawn(process.execPath, ['-e', stubborn], {
    env: { ...process.env, ...guard.environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  const identity = await identify(child.pid ?? 0)
  if (identity === undefined) throw new Error('the child is gone')
  if (process.argv[2] !== 'unlisted') await guard.ledger.confirm(entry, { ...identity })
  pids.push(identity.pid)
}
const ledger = await readLedger(ledgerPath(stateFolder(), guard.runId))
const reaper = ledger?.reaper?.pid
console.log(JSON.stringify({ runId: guard.runId, pids, directory: path, reaper }))
process.stdin.resume()
await once(process.stdin, 'end')
console.log(JSON.stringify(await guard.close()))
process.exit(0)
