import { readFileSync, writeSync } from 'node:fs'
import { Session } from 'node:inspector'
import { constants } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import {
  type Frame,
  type StuckReport,
  slot,
  stuckHook,
  type WatchdogData,
} from './watchdog-protocol.ts'

/*
 * The thread that watches the main thread: a loop that never yields there runs no timer and no
 * signal handler, but this thread goes on. It counts its own looks instead of measuring time, so
 * that a machine that slept and a process that was stopped are no alarm. Of each look only the part
 * counts in which the main thread had a processor or wanted none: a starved machine is no alarm.
 */

/** Pause between two looks, in milliseconds. */
const lookMillis = 250

/** So many looks without a beat after a signal: nobody is going to answer it. */
const looksAfterSignal = 8

/** So many looks without an end after the main thread was told to end the process. */
const looksToAnswer = 8

/** Where Linux tells of the main thread. */
const threadFolder = `/proc/self/task/${process.pid}`

const framesMax = 6
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const { shared, looksMax } = workerData as WatchdogData
let watched = ''
let signal: string | undefined
let beat = -1
let missed = 0
let alarmed = false
let scheduling = schedulingOfMain()

parentPort?.on('message', (what: string) => {
  watched = what
})
listenToSignals()
setInterval(look, lookMillis)

function look(): void {
  const share = shareOfLook()
  if (alarmed) {
    missed += share
    if (missed >= looksToAnswer) giveUp()
    return
  }
  const now = Atomics.load(shared, slot.beats)
  const armed = Atomics.load(shared, slot.armed) === 1
  missed = armed && now === beat ? missed + share : 0
  beat = now
  if (missed < (signal === undefined ? looksMax : looksAfterSignal)) return
  alarmed = true
  missed = 0
  askToEnd()
}

/**
 * The part of the last look, 0 to 1, in which the main thread could have gone on. One that is ready
 * to run had only the time that it got: its waiting is counted no sooner than it ends.
 */
function shareOfLook(): number {
  const before = scheduling
  scheduling = schedulingOfMain()
  const ran = scheduling.ranMillis - before.ranMillis
  const waited = scheduling.waitedMillis - before.waitedMillis
  const share = scheduling.ready ? ran / lookMillis : 1 - waited / lookMillis
  return Math.min(1, Math.max(0, share))
}

interface Scheduling {
  /** Ready to run, with or without a processor. */
  readonly ready: boolean
  /** On a processor so far. */
  readonly ranMillis: number
  /** Ready without a processor so far. */
  readonly waitedMillis: number
}

/** What the system knows of the main thread; where it tells nothing, every look counts whole. */
function schedulingOfMain(): Scheduling {
  try {
    const [ran, waited] = readFileSync(join(threadFolder, 'schedstat'), 'utf8').split(' ')
    const stat = readFileSync(join(threadFolder, 'stat'), 'utf8')
    const ready = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'R'
    return { ready, ranMillis: Number(ran) / 1e6 || 0, waitedMillis: Number(waited) / 1e6 || 0 }
  } catch {
    return { ready: false, ranMillis: 0, waitedMillis: 0 }
  }
}

/** Stops the main thread where it is, sees where that is, and calls the hook there. */
function askToEnd(): void {
  const session = new Session()
  session.connectToMainThread()
  const urls = new Map<string, string>()
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
  session.on('Debugger.paused', ({ params }) => {
    const frames = params.callFrames
      .map(({ functionName, location }): Frame => {
        const { scriptId, lineNumber } = location
        return { name: functionName, file: urls.get(scriptId) ?? '', line: lineNumber + 1 }
      })
      .filter(({ file }) => file !== '' && !file.startsWith('node:'))
    const report: StuckReport = {
      what: watched,
      frames: frames.slice(0, framesMax),
      ...(signal === undefined ? {} : { signal }),
    }
    const hook = `globalThis[Symbol.for(${JSON.stringify(stuckHook)})]`
    session.post('Runtime.evaluate', { expression: `${hook}(${JSON.stringify(report)})` })
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}

/** The main thread waits in the operating system, where nothing reaches it. */
function giveUp(): void {
  const where = 'it waits in a call that nothing can interrupt'
  const text = `interregnum: ${watched} does not yield: ${where}; the process is killed\n`
  try {
    writeSync(2, text)
  } catch {
    // Nobody listens.
  }
  process.kill(process.pid, 'SIGKILL')
}

/**
 * Node gives signals to the main thread alone; the binding below it serves every thread. Where it
 * is missing, a signal is answered when the bound is reached.
 */
function listenToSignals(): void {
  try {
    process.noDeprecation = true
    const { binding } = process as unknown as { binding(name: string): SignalBinding }
    const { Signal } = binding('signal_wrap')
    for (const name of signals) {
      const handle = new Signal()
      handle.unref()
      handle.onsignal = () => {
        signal ??= name
      }
      handle.start(constants.signals[name])
    }
  } catch {
    // Signals are the main thread's alone.
  }
}

interface SignalBinding {
  readonly Signal: new () => {
    onsignal: () => void
    unref(): void
    start(signal: number): number
  }
}
