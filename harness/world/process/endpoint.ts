import type { Address } from '../../target/region-addresses.ts'

/** Where something listens for connections. */
export type Endpoint = Address

/** An endpoint of this machine that nobody else reaches. */
export function onLoopback(port: number): Endpoint {
  return { host: '127.0.0.1', port }
}
