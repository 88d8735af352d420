import { writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type InterregnumError, InterruptedError, LimitError } from './errors.ts'
import { builtModule } from './paths.ts'
import { type StuckReport, slot, stuckHook, type WatchdogData } from './watchdog-protocol.ts'

// The real ones, whatever a run in virtual time puts in their place.
const startInterval = setInterval
const stopInterval = clearInterval
const writeNow = writeSync

/** How often the main thread shows that it lives. */
const beatMillis = 100
/** How often the watchdog looks. */
const lookMillis = 250

/** The event loop never stands still for so long, unless somebody's code does not yield. */
const stuckMillisMax = 10_000

/** A shorter standstill can be a busy machine. */
const stuckMillisMin = 2_000

/** How to watch. */
export interface WatchdogOptions {
  /** For runs whose own limits are shorter than 10 s; 2 s is the least. */
  readonly stuckMillisMax?: number
  /**
   * Must end the process, synchronously: it is called in the middle of the code that does not
   * yield. The error is a LimitError, or an InterruptedError where a signal was not answered. By
   * default its words go to standard error and the process ends with its exit code.
   */
  readonly onStuck?: (error: InterregnumError) => void
}

/** Watches that this thread yields; a thread of its own, so no loop can hold it up. */
export interface Watchdog extends AsyncDisposable {
  /** Watches while `work` goes on. @param what - What is under way, for the message. */
  during<T>(what: string, work: () => Promise<T>): Promise<T>
}

/** Starts a watchdog that sleeps until {@link Watchdog.during}. It keeps no process alive. */
export function openWatchdog(options: WatchdogOptions = {}): Watchdog {
  const { onStuck = endProcess } = options
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const bound = Math.min(stuckMillisMax, options.stuckMillisMax ?? stuckMillisMax)
  const looksMax = Math.ceil(Math.max(stuckMillisMin, bound) / lookMillis)
  const worker = new Worker(builtModule('harness/kernel/watchdog-worker.ts'), {
    workerData: { shared, looksMax } satisfies WatchdogData,
    execArgv: [],
    env: {},
  })
  // A run without a watchdog is better than none.
  worker.on('error', () => {})
  worker.unref()
  const hooks = globalThis as unknown as Record<symbol, (report: StuckReport) => void>
  const hook = Symbol.for(stuckHook)
  return {
    during: async (what, work) => {
      hooks[hook] = (report) => onStuck(stuckError(report))
      worker.postMessage(what)
      Atomics.add(shared, slot.beats, 1)
      Atomics.store(shared, slot.armed, 1)
      const timer = startInterval(() => Atomics.add(shared, slot.beats, 1), beatMillis)
      timer.unref()
      try {
        return await work()
      } finally {
        stopInterval(timer)
        Atomics.store(shared, slot.armed, 0)
        delete hooks[hook]
      }
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}

function stuckError({ what, frames, signal }: StuckReport): InterregnumError {
  const hint = 'await something in every loop, such as clock.sleep(), and bound it'
  const at = frames.map(({ name, file, line }) => {
    const place = `${file.replace(/^file:\/\//, '')}:${line}`
    return `\n    at ${name === '' ? place : `${name} (${place})`}`
  })
  const where = at.join('')
  if (signal === undefined) {
    return new LimitError(
      `${what} does not yield: a loop without an end holds the run up${where}`,
      {
        hint,
      },
    )
  }
  const message = `interrupted by ${signal}; ${what} did not yield and was ended there${where}`
  return new InterruptedError(message, { hint })
}

function endProcess(error: InterregnumError): void {
  writeNow(2, `interregnum: ${error.message}\n`)
  process.exit(error.exitCode)
}
