import { hostname } from 'node:os'
import type { Address } from '../region-addresses.ts'

/** The names of this machine under which propagation shows itself (kprop(8)). */
export function hostPrincipals(): readonly string[] {
  return [...new Set(['localhost', hostname().toLowerCase()])].map((name) => `host/${name}`)
}

/**
 * krb5.conf(5) for whoever reaches a realm at one address. Every exchange is over TCP; whoever
 * answers is the primary, so that no library asks a second server after a refusal.
 */
export function clientConf(realm: string, kdc: Address, admin: Address): string {
  return lines(
    '[libdefaults]',
    ` default_realm = ${realm}`,
    ...['dns_lookup_kdc', 'dns_lookup_realm', 'dns_canonicalize_hostname', 'rdns'].map(
      (name) => ` ${name} = false`,
    ),
    ' udp_preference_limit = 1',
    ' ignore_acceptor_hostname = true',
    '[realms]',
    ` ${realm} = {`,
    `  kdc = ${kdc.host}:${kdc.port}`,
    `  primary_kdc = ${kdc.host}:${kdc.port}`,
    `  admin_server = ${admin.host}:${admin.port}`,
    ' }',
    '[domain_realm]',
    ...hostPrincipals().map((name) => ` ${name.slice('host/'.length)} = ${realm}`),
  )
}

function lines(...texts: readonly string[]): string {
  return `${texts.join('\n')}\n`
}
