import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { writeWhole } from '../kernel/write-whole.ts'
import { isAlive, type ProcessIdentity } from '../ledger/process-identity.ts'
import { stateFolder } from '../ledger/state-folder.ts'
import { stackRecordShape } from '../report/shapes.ts'

/** Most stacks that are looked at. */
const stacksMax = 100

/** A stack that was started to stay up, as the state folder knows it. Nothing in it is secret. */
export type StackRecord = z.infer<typeof stackRecordShape>

/** A stack and whether the process that holds it lives. */
export interface KnownStack extends StackRecord {
  readonly state: 'up' | 'gone'
}

/** The folder of the records, in the state folder. */
export function stacksFolder(): string {
  return join(stateFolder(), 'stacks')
}

/** Where the holder of a stack writes what it has to say before it is up. */
export function stackLog(runId: string): string {
  return join(stacksFolder(), `${runId}.log`)
}

function recordPath(runId: string): string {
  return join(stacksFolder(), `${runId}.json`)
}

/** Writes a record whole: a reader never sees half of it. */
export async function writeStackRecord(record: StackRecord): Promise<void> {
  await mkdir(stacksFolder(), { recursive: true, mode: 0o700 })
  await writeWhole(recordPath(record.runId), record)
}

/** Removes what the state folder holds of a stack, apart from its ledger. */
export function forgetStack(runId: string): void {
  for (const path of [recordPath(runId), stackLog(runId)]) rmSync(path, { force: true })
}

/** Every stack that was not taken down, oldest first. */
export async function knownStacks(): Promise<readonly KnownStack[]> {
  const known: KnownStack[] = []
  for (const name of recordNames().slice(0, stacksMax)) {
    const record = readRecord(join(stacksFolder(), name))
    if (record === undefined) continue
    known.push({ ...record, state: (await isUp(record)) ? 'up' : 'gone' })
  }
  return known
}

function isUp({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  return isAlive(pid, startTime)
}

function recordNames(): readonly string[] {
  try {
    return readdirSync(stacksFolder())
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch {
    return []
  }
}

/** A file that is gone meanwhile, or that nobody of this version wrote, is no stack. */
function readRecord(path: string): StackRecord | undefined {
  try {
    return stackRecordShape.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}
