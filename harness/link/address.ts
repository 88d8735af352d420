import { isIPv4, isIPv6 } from 'node:net'

/** A TCP address. Port 0 asks for a free one. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Parses `host:port` and `[ipv6]:port`; undefined if it is neither. An empty host is allowed. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const port = Number(match[3])
  if (port > 65_535) return undefined
  const bracketed = match[1]
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined
  return { host: bracketed ?? match[2] ?? '', port }
}

/** The text form that {@link parseAddress} reads. */
export function formatAddress(address: Address): string {
  return address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.')
  return host === 'localhost' || host === '::1' || host === '0:0:0:0:0:0:0:1'
}

/** The address to bind: names and an empty host become 127.0.0.1, so that a port is one port. */
export function bindable(address: Address): Address {
  return address.host === '' || address.host === 'localhost'
    ? { host: '127.0.0.1', port: address.port }
    : address
}
