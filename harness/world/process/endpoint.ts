/** Where something listens for connections. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** An endpoint of this machine that nobody else reaches. */
export function onLoopback(port: number): Endpoint {
  return { host: '127.0.0.1', port }
}
