import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.ts'
import { HttpError } from '../../http/http.ts'
import type { Clock } from '../../kernel/clock.ts'
import { LinkError } from '../../kernel/errors.ts'
import type { Micros } from '../../kernel/time.ts'
import type { CanaryResult, LinkPlan } from '../../target/contract.ts'
import type { Connection } from '../../target/region.ts'
import type { Sim } from './run-in-sim.ts'
import type { SimLink } from './sim-link.ts'

type CanaryPlan = Pick<LinkPlan['canary'], 'send' | 'expect'>

/** Bytes of an answer that are looked at for the expected ones. */
const answerCharactersMax = 65_536

/** Sends a canary that is an HTTP request as text and looks for the expected text in the answer. */
export async function httpCanary(
  clock: Clock,
  http: HttpClient,
  canary: CanaryPlan,
  deadline: Micros,
): Promise<CanaryResult> {
  return measure(clock, deadline, async (signal) => {
    try {
      const response = await http.send(parseRequest(canary.send), signal)
      return responseText(response).includes(canary.expect) ? 'passed' : 'reset'
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      if (error.sent === 'no') return 'refused'
      return error.failure === 'deadline' ? 'silent' : 'reset'
    }
  })
}

/** Sends a canary as bytes over a stream of its own and looks for the expected bytes. */
export async function streamCanary(
  clock: Clock,
  open: (signal: AbortSignal) => Promise<Connection>,
  canary: CanaryPlan,
  deadline: Micros,
): Promise<CanaryResult> {
  return measure(clock, deadline, async (signal) => {
    let stream: Connection
    try {
      stream = await open(signal)
    } catch (error) {
      if (signal.aborted) return 'silent'
      if (error instanceof LinkError) return 'refused'
      throw error
    }
    const outcome = await exchange(stream, canary, signal)
    stream.close()
    return outcome
  })
}

/** How long the end of a connection takes from one end of a link to the other and back. */
export function closing(sim: Sim, link: SimLink, deadline: Micros): Promise<Micros | undefined> {
  const { scheduler } = sim
  if (link.refusing) return Promise.resolve(undefined)
  const began = scheduler.now
  return new Promise((resolve) => {
    const connection = link.open(() => end(undefined))
    const late = scheduler.after(deadline, `${link.name} closing deadline`, () => end(undefined))
    const end = (took: Micros | undefined): void => {
      scheduler.cancel(late)
      link.forget(connection)
      resolve(took)
    }
    const answer = (): void =>
      connection.downstream.send('end', 0, () => end(scheduler.now - began), 'end')
    connection.upstream.send('end', 0, answer, 'end')
  })
}

function exchange(
  stream: Connection,
  canary: CanaryPlan,
  signal: AbortSignal,
): Promise<CanaryResult['outcome']> {
  return new Promise((resolve) => {
    let received = ''
    stream.onData((bytes) => {
      received = (received + Buffer.from(bytes).toString('latin1')).slice(-answerCharactersMax)
      if (received.includes(canary.expect)) resolve('passed')
    })
    stream.onClose(() => resolve('reset'))
    signal.addEventListener('abort', () => resolve('silent'), { once: true })
    stream.send(Buffer.from(canary.send, 'latin1'))
  })
}

async function measure(
  clock: Clock,
  deadline: Micros,
  attempt: (signal: AbortSignal) => Promise<CanaryResult['outcome']>,
): Promise<CanaryResult> {
  const began = clock.monotonic()
  const outcome = await attempt(clock.timeout(deadline))
  const passed = outcome === 'passed'
  return { passed, outcome, roundTripMicros: passed ? clock.monotonic() - began : deadline }
}

function parseRequest(text: string): HttpRequest {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2)
  const [line = '', ...fields] = head.split('\r\n')
  const [method = 'GET', path = '/'] = line.split(' ')
  const headers = Object.fromEntries(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    }),
  )
  return { method, path, headers, body: Buffer.from(body, 'latin1') }
}

function responseText({ status, headers, body }: HttpResponse): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const text = Buffer.from(body).toString('latin1')
  return `HTTP/1.1 ${status} \r\n${fields.join('')}\r\n${text}`
}
