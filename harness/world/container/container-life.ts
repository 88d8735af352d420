import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { Casualty, RegionState } from '../../target/contract.ts'
import type { SoftwareLife } from '../process/software-life.ts'
import { within } from '../process/within.ts'
import { controlStream } from './control-stream.ts'
import type { PlacedContainer } from './placed-container.ts'

/** How long the engine may take to end a container. */
const exitMillisMax = 20_000

/** How much of a container's log is kept for messages. */
const logLinesMax = 40

/** The exit code of what SIGKILL ended. */
const killedCode = 137

type Container = PlacedContainer['container']

/** One life of a container, from a start to its end. */
export interface ContainerLifeOptions {
  readonly container: Container
  readonly clock: Clock
  /** For messages, such as `Region us-east-1`. */
  readonly owner: string
  /** Where its control channel is reached; absent: it has none. */
  readonly control?: { readonly host: string; readonly port: number; readonly token: string }
  /** Ends what belongs to it, such as its databases, at the same moment. */
  readonly alsoKill?: () => Promise<void>
  /** Ends the watch, as if the container had ended, which it has not. */
  readonly unwatched?: AbortSignal
  /** Called when it ended although neither `kill` nor `dismiss` asked for it. */
  readonly onCasualty: (casualty: Casualty) => void
}

/** Watches a container that was just started: its state and its end are what the engine says. */
export async function containerLife(options: ContainerLifeOptions): Promise<SoftwareLife> {
  const { container, clock, owner, control } = options
  const { State } = await container.inspect()
  const stream = controlStream({ end: control, token: control?.token ?? '', clock })
  const farewell = { asked: false }
  let gone = false
  const exited = endOf(container, options.unwatched).then((how) => {
    gone = true
    stream.close()
    if (!farewell.asked) options.onCasualty({ name: owner, pid: State.Pid, how })
    return how
  })
  const observe = () => stateOf(container)
  const reach = async (change: Promise<unknown>, state: RegionState): Promise<boolean> => {
    try {
      await change
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      return (await observe()) === state
    }
  }
  return {
    input: stream.input,
    output: stream.output,
    exited,
    get gone() {
      return gone
    },
    lastWords: () => lastWords(container),
    observe,
    pause: () => reach(container.pause(), 'paused'),
    resume: () => reach(container.unpause(), 'running'),
    dismiss: () => {
      farewell.asked = true
    },
    kill: async () => {
      farewell.asked = true
      const dying = gone ? undefined : container.kill({ signal: 'SIGKILL' }).catch(unlessRefused)
      await Promise.all([dying, options.alsoKill?.()])
      const left = await within(clock, millis(exitMillisMax), exited)
      if (left !== undefined) return
      throw new WorldError(`${owner} (container ${container.id}) does not end after SIGKILL`)
    },
  }
}

/** What the engine says of a container; one that is not there is stopped. */
export async function stateOf(container: Container): Promise<RegionState> {
  try {
    const { State } = await container.inspect()
    if (State.Paused) return 'paused'
    return State.Running ? 'running' : 'stopped'
  } catch (error) {
    if (isRefusal(error)) return 'stopped'
    throw error
  }
}

/** Resolves when the container does not run; an engine that is gone is an end as well. */
async function endOf(container: Container, abortSignal: AbortSignal | undefined): Promise<string> {
  try {
    const until = abortSignal === undefined ? {} : { abortSignal }
    const { StatusCode } = (await container.wait(until)) as { readonly StatusCode: number }
    const { State } = await container.inspect()
    if (State.OOMKilled) return 'SIGKILL: out of memory'
    return StatusCode === killedCode ? 'SIGKILL' : `exit code ${StatusCode}`
  } catch (error) {
    return `lost: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** 404: it is not there. 409: it is not in the state for that. */
export function isRefusal(error: unknown): boolean {
  const { statusCode } = error as { readonly statusCode?: unknown }
  return statusCode === 404 || statusCode === 409
}

function unlessRefused(error: unknown): void {
  if (!isRefusal(error)) throw error
}

/** The end of what it wrote to standard error. */
async function lastWords(container: Container): Promise<string> {
  try {
    const log = await container.logs({ stdout: false, stderr: true, tail: logLinesMax })
    return textOfFrames(log as unknown as Buffer).trimEnd()
  } catch (error) {
    return `its log cannot be read: ${String(error)}`
  }
}

/**
 * The text of a log without a terminal: frames of 8 bytes (stream, 0, 0, 0, length) and a payload.
 *
 * @see https://docs.docker.com/reference/api/engine/ "Stream format"
 */
export function textOfFrames(log: Buffer): string {
  const parts: Buffer[] = []
  let at = 0
  while (at + 8 <= log.length) {
    const length = log.readUInt32BE(at + 4)
    parts.push(log.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return Buffer.concat(parts).toString('utf8')
}
