import { createHash } from 'node:crypto'

/** Twelve characters that no other session has: names of what a session makes hold them. */
export function nameOfSession(digestKey: Uint8Array): string {
  return createHash('sha256').update('name').update(digestKey).digest('hex').slice(0, 12)
}
