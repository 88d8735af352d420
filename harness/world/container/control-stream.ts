import { connect, type Socket } from 'node:net'
import { PassThrough, type Readable, Writable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import { millis } from '../../kernel/time.ts'
import type { Endpoint } from '../process/endpoint.ts'

/** Pause between two attempts to reach a Region that does not listen yet. */
const attemptMillis = 25

/** Most lines that wait for a connection. */
const waitingLinesMax = 1_000

/** The control channel of one life, over as many connections as it takes. */
export interface ControlStream {
  readonly input: Writable
  readonly output: Readable
  /** No connection will follow. */
  close(): void
}

/** Whom to connect to. */
export interface ControlStreamOptions {
  /** Where the Region's control port is reached; absent: nobody is connected to. */
  readonly end: Endpoint | undefined
  /** What the Region asks for before it obeys. */
  readonly token: string
  readonly clock: Clock
}

/**
 * Connects to a Region's control port, says hello, and passes lines both ways. The engine accepts
 * connections before the Region listens and ends them at once: until the Region has said a word,
 * everything is said again on the next connection. Afterwards a lost connection is replaced, and
 * what was under way on it goes unanswered.
 */
export function controlStream({ end, token, clock }: ControlStreamOptions): ControlStream {
  const output = new PassThrough()
  const over = new AbortController()
  const unheard: string[] = []
  let proven = false
  let socket: Socket | undefined
  let open = false
  const send = (line: string): void => {
    if (open) socket?.write(line)
    if (!open || !proven) unheard.push(line)
    if (unheard.length > waitingLinesMax) unheard.shift()
  }
  const hear = (bytes: Buffer): void => {
    proven = true
    unheard.length = 0
    output.write(bytes)
  }
  const converse = ({ host, port }: Endpoint): Promise<void> =>
    new Promise((resolve) => {
      socket = connect({ host, port, noDelay: true })
      socket.once('connect', () => {
        open = true
        socket?.write(`${JSON.stringify({ type: 'hello', token })}\n${unheard.join('')}`)
        if (proven) unheard.length = 0
      })
      socket.on('data', hear)
      socket.on('error', () => {})
      socket.once('close', () => {
        open = false
        resolve()
      })
    })
  const keepTalking = async (): Promise<void> => {
    while (end !== undefined && !over.signal.aborted) {
      await converse(end)
      await clock.sleep(millis(attemptMillis), over.signal).catch(() => {})
    }
    output.end()
  }
  void keepTalking()
  let rest = ''
  return {
    input: new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        const lines = (rest + chunk.toString()).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) send(`${line}\n`)
        done()
      },
    }),
    output,
    close: () => {
      over.abort()
      socket?.destroy()
    },
  }
}
