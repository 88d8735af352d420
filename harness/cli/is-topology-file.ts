import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Surroundings } from './surroundings.ts'

/** True for a YAML file that names Regions: a topology, and no other file of a user's. */
export function isTopologyFile(path: string, { folder }: Surroundings): boolean {
  const file = resolve(folder, path)
  if (!/\.ya?ml$/.test(path) || !existsSync(file)) return false
  return /^["']?regions["']?\s*:/m.test(readFileSync(file, 'utf8'))
}
