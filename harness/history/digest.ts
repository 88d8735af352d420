import { createHash } from 'node:crypto'

/** The digest that the first block continues from. */
export const emptyDigest = ''

/** Digest of one block: SHA-256 over the digest before it (hex) and the bytes that it seals. */
export function blockDigest(previous: string, ...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(previous)
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
