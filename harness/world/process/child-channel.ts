import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { millis } from '../../kernel/time.ts'
import type { FromChild, ToChild } from '../../target/child-protocol.ts'
import { type Deferred, deferred } from './deferred.ts'
import { within } from './within.ts'

/** Longest line that a child may send, in characters. */
const lineCharactersMax = 64 * 1_024 * 1_024

/** How long a child may take to answer on the control channel. */
export const controlMillisMax = 15_000

/** Where a Region listens at 127.0.0.1. */
export type ReadyMessage = Extract<FromChild, { type: 'ready' }>

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never

/** A question that the child answers with `result` or `error`. */
export type ChildRequest = WithoutId<ToChild>

/** What the channel needs. */
export interface ChannelOptions {
  readonly clock: Clock
  /** For messages, such as `Region us-east-1`. */
  readonly owner: string
  readonly input: Writable
  readonly output: Readable
  /** Text on standard output that is no message: kept for error messages. */
  readonly onNoise: (line: string) => void
}

/** The control channel to one child: JSON lines both ways. */
export interface ChildChannel {
  start(message: Extract<ToChild, { type: 'start' }>): void
  /** Settles once: the ports, or a WorldError if the child says that it cannot go on. */
  readonly ready: Promise<ReadyMessage>
  /**
   * Asks and waits for the answer, at most `controlMillisMax`.
   *
   * @throws WorldError if the child refuses, is silent or is gone.
   */
  request(request: ChildRequest, millisMax?: number): Promise<Json>
  /** Fails what is waiting: the child is gone. */
  close(reason: string): void
}

/** Opens the channel over a child's standard streams. */
export function childChannel(options: ChannelOptions): ChildChannel {
  const { clock, owner, input, output } = options
  const waiting = new Map<number, Deferred<Json>>()
  const readiness = deferred<ReadyMessage>()
  readiness.promise.catch(() => {})
  let nextId = 1
  let closed: string | undefined
  const close = (reason: string, hint?: string): void => {
    closed ??= reason
    const error = new WorldError(`${owner} ${reason}`, hint === undefined ? {} : { hint })
    readiness.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const take = (message: FromChild): void => {
    if (message.type === 'ready') readiness.resolve(message)
    else if (message.type === 'fatal') close(`gave up: ${message.message}`, message.hint)
    else {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.type === 'result') asked?.resolve(message.value)
      else asked?.reject(new WorldError(`${owner} refused: ${message.message}`))
    }
  }
  readLines(output, (line) => {
    const message = parseMessage(line)
    if (message === undefined) options.onNoise(line)
    else take(message)
  })
  const write = (message: ToChild): void => void input.write(`${JSON.stringify(message)}\n`)
  return {
    start: write,
    ready: readiness.promise,
    request: async (request, millisMax = controlMillisMax) => {
      if (closed !== undefined) throw new WorldError(`${owner} ${closed}`)
      const id = nextId
      nextId += 1
      const answer = deferred<Json>()
      waiting.set(id, answer)
      write({ ...request, id } as ToChild)
      const outcome = await within(clock, millis(millisMax), answer.promise)
      waiting.delete(id)
      if (outcome !== undefined) return outcome.value
      throw new WorldError(`${owner} did not answer "${request.type}" within ${millisMax} ms`)
    },
    close,
  }
}

/** Calls `onLine` for each whole line; a line that never ends is dropped at the limit. */
function readLines(output: Readable, onLine: (line: string) => void): void {
  let rest = ''
  output.setEncoding('utf8')
  output.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = (lines.pop() ?? '').slice(0, lineCharactersMax)
    for (const line of lines) onLine(line)
  })
}

const messageTypes: ReadonlySet<unknown> = new Set(['ready', 'result', 'error', 'fatal'])

function parseMessage(line: string): FromChild | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const known = typeof value === 'object' && value !== null && 'type' in value
    return known && messageTypes.has(value.type) ? (value as FromChild) : undefined
  } catch {
    return undefined
  }
}
