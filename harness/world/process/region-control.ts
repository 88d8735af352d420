import type { HttpClient } from '../../http/http.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import type { Instant } from '../../kernel/time.ts'
import type { RegionStatus } from '../../target/contract.ts'

/** Reads a Region's status from an answer of the control channel. */
export function parseStatus(region: string, value: Json): RegionStatus {
  const fields = typeof value === 'object' && value !== null ? value : {}
  const { boot, position } = fields as { readonly boot?: Json; readonly position?: Json }
  if (typeof boot !== 'number' || typeof position !== 'number') {
    throw new WorldError(
      `Region ${region} answered ${JSON.stringify(value)}; { boot, position } were expected`,
    )
  }
  return { boot, position }
}

/**
 * A Region's own idea of the time, from the `Date` header of its health check: whole seconds
 * (RFC 9110 section 6.6.1), as an instant in microseconds.
 */
export async function readDateHeader(
  region: string,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Instant> {
  const answer = await http.send(
    { method: 'GET', path: '/health', headers: {}, body: new Uint8Array() },
    signal,
  )
  const time = Date.parse(answer.headers.date ?? '')
  if (Number.isNaN(time)) throw new WorldError(`Region ${region} answered without a Date header`)
  return time * 1_000
}
