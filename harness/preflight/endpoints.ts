import { parse } from 'yaml'
import { z } from 'zod'
import { UsageError } from '../kernel/errors.ts'
import { awsServices } from './aws-libraries.ts'

/** Addresses of services, by Region and by the service's prefix in policies. */
export type Endpoints = Readonly<Record<string, Readonly<Record<string, string>>>>

const address = z.url({ protocol: /^https?$/ })
const endpointsShape = z.record(z.string(), z.record(z.string(), address))

/**
 * Reads a file of endpoints: YAML or JSON, for each Region (or `*`) the address of each service (or
 * `*`). What it does not name has the address that the SDK knows, or `AWS_ENDPOINT_URL`.
 *
 * @param place - How messages name the file.
 * @throws UsageError that names the Region and the service.
 */
export function parseEndpoints(text: string, place: string): Endpoints {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new UsageError(`${place} is no YAML: ${why}`, { cause: error })
  }
  const parsed = endpointsShape.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') || 'the document'
    throw new UsageError(`${place}: "${field}" ${issue?.message ?? 'is wrong'}`, {
      hint: 'write, for each Region or *, the addresses of services: us-east-1: { kms: http://… }',
    })
  }
  const known = new Set(['*', ...Object.keys(awsServices)])
  for (const [region, services] of Object.entries(parsed.data)) {
    const other = Object.keys(services).find((service) => !known.has(service))
    if (other === undefined) continue
    throw new UsageError(`${place}: "${region}.${other}" is no service that is read`, {
      hint: `services: ${[...known].join(', ')}`,
    })
  }
  return parsed.data
}

/** The address of a service in a Region, or undefined for the SDK's own. */
export function endpointOf(
  endpoints: Endpoints,
  service: string,
  region: string,
): string | undefined {
  for (const place of [endpoints[region], endpoints['*']]) {
    const found = place?.[service] ?? place?.['*']
    if (found !== undefined) return found
  }
  return undefined
}
