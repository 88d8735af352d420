import type { Clock } from '../kernel/clock.ts'
import { type Micros, millis } from '../kernel/time.ts'
import {
  type EngineObject,
  listEngineObjects,
  removeEngineObject,
  runLabel,
} from './engine-objects.ts'
import { engineObjectOf, type ListedObject } from './ledger-file.ts'
import type { Undone, UndoSubject } from './undo.ts'

/** Pause between two looks at the engine. */
const lookInterval: Micros = millis(100)

/**
 * A request that was under way when its sender died is still carried out: where an object was never
 * confirmed, nothing may be seen for so long.
 */
const creationMicrosMax: Micros = millis(2_500)

/** The engines that may keep something of a run. */
export function enginesOf({ entries, engines = [] }: UndoSubject): readonly string[] {
  return [...new Set([...engines, ...listed(entries).map(({ engine }) => engine)])]
}

/** What an engine keeps of a run, whatever the ledger says of it. */
export async function objectsOfRun(
  engine: string,
  runId: string,
): Promise<readonly EngineObject[]> {
  return listEngineObjects(engine, `${runLabel}=${runId}`)
}

/**
 * Removes every object that carries the label of a run, until a look finds none: containers,
 * running or not, then networks, volumes and images. Where the ledger names no engine, none is
 * asked. What has no label is never touched, whatever a ledger says.
 */
export async function undoEngine(
  subject: UndoSubject,
  clock: Clock,
  deadline: Micros,
): Promise<Undone> {
  const results = await Promise.all(
    enginesOf(subject).map((engine) => undoOne(engine, subject, clock, deadline)),
  )
  return {
    removed: results.flatMap(({ removed }) => removed),
    remaining: results.flatMap(({ remaining }) => remaining),
  }
}

async function undoOne(
  engine: string,
  subject: UndoSubject,
  clock: Clock,
  deadline: Micros,
): Promise<Undone> {
  const own = listed(subject.entries).filter((object) => object.engine === engine)
  const quietFor = own.every(({ confirmed }) => confirmed) ? 0 : creationMicrosMax
  const removed: string[] = []
  let quietSince: Micros | undefined
  let left: readonly string[] = []
  while (clock.monotonic() < deadline) {
    const look = await removeAll(engine, subject.runId)
    removed.push(...look.removed)
    left = look.left
    if (look.found > 0) quietSince = undefined
    else quietSince ??= look.answered ? clock.monotonic() : undefined
    if (quietSince !== undefined && clock.monotonic() - quietSince >= quietFor) break
    await clock.sleep(lookInterval)
  }
  return { removed, remaining: left }
}

interface Look {
  readonly answered: boolean
  readonly found: number
  readonly removed: readonly string[]
  readonly left: readonly string[]
}

/** One look: containers side by side, then what they used. */
async function removeAll(engine: string, runId: string): Promise<Look> {
  try {
    const found = await objectsOfRun(engine, runId)
    const containers = found.filter(({ kind }) => kind === 'container')
    const others = found.filter(({ kind }) => kind !== 'container')
    const gone: EngineObject[] = []
    const left: string[] = []
    const remove = async (object: EngineObject): Promise<void> => {
      const refusal = await removeEngineObject(engine, object)
      if (refusal === undefined) gone.push(object)
      else left.push(`${object.kind} ${object.name} is still there: ${refusal}`)
    }
    await Promise.all(containers.map(remove))
    for (const object of others) await remove(object)
    const removed = gone.map(({ kind, name }) => `${kind} ${name}`)
    return { answered: true, found: found.length, removed, left }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const left = [`containers of the run may be there: ${reason}`]
    return { answered: false, found: 0, removed: [], left }
  }
}

function listed(entries: UndoSubject['entries']): readonly ListedObject[] {
  return entries.map(engineObjectOf).filter((object) => object !== undefined)
}
