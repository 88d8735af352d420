import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { SecureOptions } from '../../http/undici-client.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Micros } from '../../kernel/time.ts'
import type { CanaryResult } from '../../target/contract.ts'
import type { Endpoint } from './endpoint.ts'

/** Most bytes of an answer that are kept to look for the expected ones. */
const answerBytesMax = 65_536

/** What to send where. */
export interface CanaryOptions {
  readonly end: Endpoint
  readonly send: string
  readonly expect: string
  readonly deadline: Micros
  readonly clock: Clock
  /** Where the far end speaks TLS: how it has to show who it is. */
  readonly tls?: SecureOptions
}

/**
 * Sends a canary on a TCP connection of its own, ends it when the answer is there, and waits for
 * the end of the other side; undefined if it does not come in time.
 */
export async function closing(options: CanaryOptions): Promise<Micros | undefined> {
  const { send, expect, deadline, clock } = options
  const over = new AbortController()
  // The other side may end first; ours then follows, but not by itself.
  const socket = dial(options, true)
  const ended = new Promise<Micros | undefined>((resolve) => {
    let received = ''
    let answeredAt: Micros | undefined
    socket.setEncoding('latin1')
    socket.once(readiness(options), () => socket.write(send))
    socket.on('data', (text: string) => {
      received = (received + text).slice(-answerBytesMax)
      if (answeredAt !== undefined || !received.includes(expect)) return
      answeredAt = clock.monotonic()
      socket.end()
    })
    socket.once('end', () => {
      resolve(answeredAt === undefined ? undefined : clock.monotonic() - answeredAt)
    })
    socket.on('error', () => resolve(undefined))
  })
  const late = clock.sleep(deadline, over.signal).then(
    () => undefined,
    () => undefined,
  )
  const took = await Promise.race([ended, late])
  over.abort()
  socket.destroy()
  return took
}

/**
 * Sends bytes on a TCP connection of their own and waits until the expected ones come
 * back. It uses nothing of what applied a disturbance.
 */
export async function sendCanary(options: CanaryOptions): Promise<CanaryResult> {
  const { send, expect, deadline, clock, tls } = options
  let began = clock.monotonic()
  const over = new AbortController()
  const socket = dial(options, false)
  const answered = new Promise<CanaryResult['outcome']>((resolve) => {
    let received = ''
    socket.setEncoding('latin1')
    socket.once(readiness(options), () => {
      // A handshake takes round trips of its own.
      if (tls !== undefined) began = clock.monotonic()
      socket.write(send)
    })
    socket.on('data', (text: string) => {
      received = (received + text).slice(-answerBytesMax)
      if (received.includes(expect)) resolve('passed')
    })
    // A reset can arrive before we are told of the connection: only the kernel's word counts.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'),
    )
    socket.once('close', () => resolve('reset'))
  })
  const silence = clock.sleep(deadline, over.signal).then(
    (): CanaryResult['outcome'] => 'silent',
    (): CanaryResult['outcome'] => 'silent',
  )
  const outcome = await Promise.race([answered, silence])
  const elapsed = clock.monotonic() - began
  over.abort()
  socket.destroy()
  const roundTripMicros = outcome === 'passed' ? elapsed : deadline
  return { passed: outcome === 'passed', roundTripMicros, outcome }
}

function dial({ end, tls }: CanaryOptions, allowHalfOpen: boolean): Socket {
  if (tls === undefined) return connect({ ...end, allowHalfOpen })
  return connectTls({ ...end, ...tls, allowHalfOpen } as ConnectionOptions)
}

function readiness({ tls }: CanaryOptions): 'connect' | 'secureConnect' {
  return tls === undefined ? 'connect' : 'secureConnect'
}
