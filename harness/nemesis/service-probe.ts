import type { HttpRequest, HttpResponse } from '../http/http.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { RunningRegion } from '../target/contract.ts'
import type { Fault, FaultEnvironment, Verification } from './fault.ts'
import { regionOf } from './fault.ts'

const probeMicrosMax = millis(30_000)

/**
 * A fault that the software of a Region takes as a command of its control channel, and takes back
 * as another. It is looked at over the API, or by what the Region itself can no longer do.
 */
export function conductFault(
  environment: FaultEnvironment,
  name: string,
  command: { readonly name: string; readonly begin: Json; readonly end: Json },
  verify: (region: RunningRegion, clock: Clock) => Promise<Verification>,
  verifyHealed: (region: RunningRegion, clock: Clock) => Promise<Verification>,
): Fault {
  const region = regionOf(environment, name)
  const { clock } = environment.stack
  const tell = async (parameters: Json): Promise<void> => {
    await region.control.command(command.name, parameters)
  }
  return {
    apply: () => tell(command.begin),
    verify: () => verify(region, clock),
    heal: () => tell(command.end),
    verifyHealed: () => verifyHealed(region, clock),
  }
}

/** An answer, and how long it took. */
export interface Probed {
  readonly response: HttpResponse
  readonly took: Micros
}

/** Sends one request that crosses no link. @throws HttpError if no answer comes. */
export async function probe(
  region: RunningRegion,
  clock: Clock,
  request: Partial<HttpRequest>,
): Promise<Probed> {
  const began = clock.monotonic()
  const response = await region.direct.send(
    { method: 'GET', path: '/', headers: {}, body: new Uint8Array(0), ...request },
    clock.timeout(probeMicrosMax),
  )
  return { response, took: clock.monotonic() - began }
}

/**
 * A request for an operation of the API that names nobody. A Region that takes it refuses it as
 * incomplete, so that it changes nothing.
 */
export function emptyRequest(operation: string): Partial<HttpRequest> {
  if (operation.startsWith('/')) return { method: 'POST', path: operation }
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: Buffer.from('{}'),
  }
}

/** The status of the health check. */
export async function healthStatus(region: RunningRegion, clock: Clock): Promise<number> {
  return (await probe(region, clock, { path: '/health' })).response.status
}

/** Whether an answer says that there were too many requests. */
export function isThrottled({ status, headers, body }: HttpResponse): boolean {
  if (status !== 400 && status !== 429) return false
  const said = `${headers['x-amzn-errortype'] ?? ''} ${Buffer.from(body).toString()}`
  return said.includes('TooManyRequestsException')
}
