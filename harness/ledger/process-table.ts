import { WorldError } from '../kernel/errors.ts'
import { linuxProcessTable } from './linux-process-table.ts'
import { macProcessTable } from './mac-process-table.ts'
import type { ProcessTable } from './process-observation.ts'

/** The process table of this machine. */
export function processTable(platform: NodeJS.Platform = process.platform): ProcessTable {
  if (platform === 'linux') return linuxProcessTable()
  if (platform === 'darwin') return macProcessTable()
  throw new WorldError(`processes cannot be observed on ${platform}`, {
    hint: 'use the sim world here; the process world needs Linux or macOS',
  })
}
