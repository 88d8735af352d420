import { rm } from 'node:fs/promises'
import { systemClock } from '../kernel/clock.ts'
import { millis } from '../kernel/time.ts'
import { hooksMillisMax } from './hook.ts'
import { readLedger } from './ledger-file.ts'
import { serviceOf, serviceUndoMillisMax } from './service.ts'
import { engineUndoMillisMax, undo } from './undo.ts'
import { enginesOf } from './undo-engine.ts'

/*
 * The reaper: `node reaper-main.js <ledger> <runId> <timeToLiveMillis>`, in a session of its own.
 * Standard input is a pipe that only the run holds. If it ends without the word `done`, the run is
 * dead: undo what the ledger lists. What cannot be undone in time stays listed for `recover`.
 */

/** All of the undoing here; the promise to users is 2 s from the end of the run. */
const undoMillisMax = 1_700

/** The word by which a run says that it ended in order. */
const farewell = 'done'

const [ledger = '', runId = '', timeToLive = ''] = process.argv.slice(2)
const clock = systemClock()

async function reap(): Promise<void> {
  const state = await readLedger(ledger).catch(() => undefined)
  const subject = { runId, entries: state?.entries ?? [] }
  const engineMillisMax = enginesOf(subject).length === 0 ? 0 : engineUndoMillisMax
  const borrowedMillisMax = subject.entries.some(({ kind }) => kind === 'link') ? 60_000 : 0
  const serviceMillisMax = subject.entries.some(serviceOf) ? serviceUndoMillisMax : 0
  const elsewhereMillisMax = borrowedMillisMax + hooksMillisMax(subject.entries) + serviceMillisMax
  const millisMax = undoMillisMax + engineMillisMax + elsewhereMillisMax + 200
  const hardEnd = setTimeout(() => process.exit(1), Math.min(millisMax, 2 ** 31 - 1))
  const undone = await undo(subject, clock, millis(undoMillisMax))
  if (undone.remaining.length === 0) await rm(ledger, { force: true })
  clearTimeout(hardEnd)
  process.exit(undone.remaining.length === 0 ? 0 : 1)
}

let reaping: Promise<void> | undefined
const reapOnce = (): void => {
  reaping ??= reap().catch(() => process.exit(1))
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

let heard = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => {
  heard = (heard + text).slice(-farewell.length)
})
process.stdin.on('error', reapOnce)
process.stdin.on('end', () => {
  if (heard === farewell && reaping === undefined) process.exit(0)
  reapOnce()
})
// A run that hangs keeps the pipe open: its time to live ends it. 2^31 ms is the longest timer.
setTimeout(reapOnce, Math.min(Number(timeToLive), 2 ** 31 - 1))
process.stdout.on('error', () => {})
process.stdout.write('ready\n')
