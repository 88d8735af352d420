import { resolve } from 'node:path'
import { yamlBytesMax } from '../config/yaml-file.ts'
import { fileBytes } from '../kernel/file-bytes.ts'
import type { Surroundings } from './surroundings.ts'

/** True for a YAML file that names Regions: a topology, and no other file of a user's. */
export function isTopologyFile(path: string, { folder }: Pick<Surroundings, 'folder'>): boolean {
  if (!/\.ya?ml$/.test(path)) return false
  try {
    const text = fileBytes(resolve(folder, path), yamlBytesMax).toString('utf8')
    return /^\ufeff?["']?regions["']?\s*:/m.test(text)
  } catch {
    // Whoever reads it as another file says why it cannot be read.
    return false
  }
}
