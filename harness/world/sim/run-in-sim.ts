import type { Clock, TimeTravel, WallClock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { keyedRandom, type Random } from '../../kernel/random.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Offload } from '../../target/region.ts'
import { escapeError } from './escape.ts'
import { simOffload, unawaitedResult } from './offload.ts'
import { harnessOwner, type Owner } from './owner.ts'
import { outsideRun, runState } from './run-state.ts'
import { Scheduler, type SchedulerLimits } from './scheduler.ts'
import { SimWall, simClock } from './sim-clock.ts'
import type { TraceMode, TraceRecord } from './trace.ts'
import { installTraps } from './traps.ts'

export interface SimOptions {
  readonly seed: number | string
  /** Default: 50 million events, 7 days of virtual time. */
  readonly limits?: Partial<SchedulerLimits>
  /** Records every trace entry, or holds them against a recording; by default the digest alone. */
  readonly trace?: TraceMode
}

const limitsByDefault: SchedulerLimits = {
  eventsMax: 50_000_000,
  virtualMicrosMax: 7 * 86_400_000_000,
}

/** What a run in virtual time gives to its body. */
export interface Sim {
  readonly clock: Clock
  /** The wall clock of clients: true time, from 2026-01-01T00:00:00Z. */
  readonly wall: WallClock
  readonly timeTravel: TimeTravel
  /** Draws from the seed; each is folded into the trace. */
  readonly random: Random
  readonly offload: Offload
  /** Real-world effects that nothing in the run can see, such as writing the history. */
  outside<T>(work: () => T): T
  /** For the parts of the world, as all below. */
  readonly scheduler: Scheduler
  readonly trueWall: SimWall
  /** Owner of what belongs to no Region. */
  readonly owner: Owner
  /** The same draws for those who must leave no trace. */
  readonly untracedRandom: Random
}

export interface SimOutcome<T> {
  readonly value: T
  /** Hexadecimal SHA-256 over every event, draw and message. */
  readonly traceDigest: string
  readonly events: number
  readonly traceEntries: number
  /** Virtual time at the end. */
  readonly virtualMicros: Micros
  /** Present where {@link SimOptions.trace} asked for a recording. */
  readonly record?: TraceRecord
}

let simInForce: Sim | undefined

/**
 * The run whose body or Region is calling.
 *
 * @throws WorldError outside a run.
 */
export function currentSim(): Sim {
  if (simInForce === undefined) {
    throw new WorldError('the sim world exists only inside runInSim')
  }
  return simInForce
}

/**
 * Runs `body` as the first event of a world in virtual time, in which nothing but the seed decides
 * what happens. One run at a time in a process.
 *
 * @throws NondeterminismError with the stack of the escape, if anything in the run reached for
 *   what virtual time does not control, even if a library swallowed the error.
 * @throws WorldError on a deadlock, or if another run is on; LimitError at a bound; otherwise what
 *   the body rejects with, or what nobody handled in the run.
 */
export async function runInSim<T>(
  options: SimOptions,
  body: (sim: Sim) => Promise<T>,
): Promise<SimOutcome<T>> {
  if (runState.run !== undefined) {
    throw new WorldError('a run in virtual time is on in this process; only one at a time can be')
  }
  const limits = { ...limitsByDefault, ...options.limits }
  return new Promise((resolve, reject) => {
    let result: { readonly value: T } | undefined
    const scheduler = new Scheduler(limits, options.trace, () => {
      runState.run = undefined
      simInForce = undefined
      restore()
      const failure = failureOf(scheduler)
      if (failure !== undefined) reject(failure.reason)
      else if (result !== undefined) resolve(outcomeOf(scheduler, result.value))
    })
    const restore = installTraps()
    const sim = createSim(scheduler, options.seed)
    runState.run = scheduler
    simInForce = sim
    runState.active = true
    scheduler.at(0, 'body', () => {
      body(sim).then(
        (value) => {
          insideAtEnd(scheduler)
          result = { value }
          scheduler.end()
        },
        (reason: unknown) => scheduler.fail(reason),
      )
    })
    runState.active = false
    scheduler.start()
  })
}

function createSim(scheduler: Scheduler, seed: number | string): Sim {
  const wall = new SimWall(scheduler)
  const owner = harnessOwner()
  const random = keyedRandom(seed, (key) => {
    scheduler.inside('random.at')
    scheduler.trace.note(key)
  })
  return {
    clock: simClock(scheduler, owner),
    wall,
    timeTravel: wall,
    random,
    offload: simOffload(scheduler),
    outside: outsideRun,
    scheduler,
    trueWall: wall,
    owner,
    untracedRandom: keyedRandom(seed),
  }
}

function failureOf(scheduler: Scheduler): { readonly reason: unknown } | undefined {
  if (scheduler.failure !== undefined) return scheduler.failure
  const unawaited = unawaitedResult(scheduler)
  return unawaited === undefined ? undefined : { reason: unawaited }
}

function outcomeOf<T>(scheduler: Scheduler, value: T): SimOutcome<T> {
  const { record } = scheduler.trace
  return {
    value,
    traceDigest: scheduler.trace.digest(),
    events: scheduler.events,
    traceEntries: scheduler.trace.entries,
    virtualMicros: scheduler.now,
    ...(record === undefined ? {} : { record }),
  }
}

/** A body that something outside virtual time brought to its end did not run in it. */
function insideAtEnd(scheduler: Scheduler): void {
  if (runState.active) return
  scheduler.fail(
    escapeError(
      'the body of the run was ended from outside virtual time',
      'Something it awaits is work that the sim world does not control; go through offload.',
      insideAtEnd,
    ),
  )
}
