import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { checkServerIdentity } from 'node:tls'
import type { SecureOptions } from '../../http/undici-client.ts'
import { UsageError } from '../../kernel/errors.ts'
import { hostOf, type RemoteRegion } from '../../plan/remote-topology.ts'

/**
 * How a Region has to show who it is, wherever the connection goes through: its certificate must
 * name the host of its URL. Undefined for a URL without TLS.
 *
 * @param folder - From where a file of certificates is named.
 * @throws UsageError if that file cannot be read.
 */
export function remoteTls(
  { url, certificateAuthority }: RemoteRegion,
  folder: string,
): SecureOptions | undefined {
  if (!url.startsWith('https:')) return undefined
  const host = hostOf(url)
  return {
    // An address is no name (RFC 6066 section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    ...(certificateAuthority === undefined ? {} : { ca: authority(folder, certificateAuthority) }),
  }
}

function authority(folder: string, file: string): string {
  const path = resolve(folder, file)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`"certificateAuthority" cannot be read: ${why}`, { cause: error })
  }
}
