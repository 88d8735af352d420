import type { Clock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import { type Micros, millis } from '../kernel/time.ts'
import { callEngine } from './engine.ts'
import type { LedgerEntry } from './ledger.ts'

/** How long a container may take to restart. */
const restartMillisMax = 30_000

/** Pause between two looks at what does not run yet. */
const lookInterval: Micros = millis(100)

/** A container of an attachment. */
export interface AttachedContainer {
  readonly id: string
  /** Its service in the compose project. */
  readonly service: string
}

/** A compose project that was up before a run came, and stays up after it. */
export interface Attachment {
  /** Where its engine is, see `engineAddress`. */
  readonly engine: string
  readonly project: string
  /** Base of the API of its link proxy, such as `http://127.0.0.1:8474`. */
  readonly links: string
  /** All of them run when nothing is disturbed; those come first that others need. */
  readonly containers: readonly AttachedContainer[]
  /** Ids of those whose software was told to misbehave: a new life of it has forgotten that. */
  readonly touched: readonly string[]
}

/** What an attachment is in a ledger. */
export function attachmentDetail(
  attachment: Omit<Attachment, 'touched'>,
): Readonly<Record<string, Json>> {
  const { engine, project, links } = attachment
  return {
    engine,
    project,
    links,
    containers: attachment.containers.map(({ id, service }) => ({ id, service })),
  }
}

/** What is confirmed of an attachment before its container is told to misbehave. */
export function touchedDetail(id: string): Readonly<Record<string, Json>> {
  return { [`${touchedPrefix}${id}`]: true }
}

const touchedPrefix = 'touched '

/** The attachment that an entry names; undefined for other entries. */
export function attachmentOf({ kind, detail }: LedgerEntry): Attachment | undefined {
  const { engine, project, links, containers } = detail
  if (kind !== 'attachment' || !Array.isArray(containers)) return undefined
  if (typeof engine !== 'string' || typeof project !== 'string') return undefined
  if (typeof links !== 'string') return undefined
  return {
    engine,
    project,
    links,
    containers: containers as unknown as readonly AttachedContainer[],
    touched: Object.keys(detail)
      .filter((name) => name.startsWith(touchedPrefix))
      .map((name) => name.slice(touchedPrefix.length)),
  }
}

/**
 * Leaves a compose project as a run found it: its containers run, its links are whole, and software
 * that was told to misbehave begins a new life. What somebody took down meanwhile is left alone.
 *
 * @returns What could not be done until the deadline, as sentences without a full stop.
 */
export async function restoreAttachment(
  attachment: Attachment,
  clock: Clock,
  deadline: Micros,
): Promise<readonly string[]> {
  const progress: Progress = { restarted: new Set(), linksWhole: false }
  let left: readonly string[] = ['there was no time']
  while (clock.monotonic() < deadline) {
    left = await restoreOnce(attachment, progress).catch((error: unknown) => [wordsOf(error)])
    if (left.length === 0) return []
    await clock.sleep(lookInterval)
  }
  return left.map((sentence) => `compose project ${attachment.project}: ${sentence}`)
}

interface Progress {
  readonly restarted: Set<string>
  linksWhole: boolean
}

/** One round over everything. What is still to come is said; the next round looks again. */
async function restoreOnce(
  { engine, links, containers, touched }: Attachment,
  progress: Progress,
): Promise<readonly string[]> {
  const left: string[] = []
  let here = 0
  for (const { id, service } of containers) {
    const state = await stateOf(engine, id)
    if (state === 'gone') continue
    here += 1
    if (state === 'paused') await act(engine, id, 'unpause')
    else if (state === 'stopped') await begin(engine, id, 'start', progress)
    else if (touched.includes(id) && !progress.restarted.has(id)) {
      await begin(engine, id, 'restart?t=1', progress)
      left.push(`${service} is restarting`)
      continue
    }
    if (state !== 'well') left.push(`${service} is ${state}`)
  }
  if (here > 0 && !progress.linksWhole) {
    const refusal = await resetLinks(links).catch(wordsOf)
    progress.linksWhole = refusal === undefined
    if (refusal !== undefined) left.push(refusal)
  }
  return left
}

type Seen = 'gone' | 'paused' | 'stopped' | 'starting' | 'well'

/** A container without a health check is well as soon as it runs. */
async function stateOf(engine: string, id: string): Promise<Seen> {
  const { status, body } = await callEngine(engine, 'GET', `/containers/${id}/json`)
  if (status === 404) return 'gone'
  const { State } = body as unknown as {
    readonly State: {
      readonly Running: boolean
      readonly Paused: boolean
      readonly Health?: { readonly Status: string }
    }
  }
  if (State.Paused) return 'paused'
  if (!State.Running) return 'stopped'
  return ['healthy', 'none', undefined].includes(State.Health?.Status) ? 'well' : 'starting'
}

/** Begins a new life of what a container runs. */
async function begin(
  engine: string,
  id: string,
  how: string,
  { restarted }: Progress,
): Promise<void> {
  await act(engine, id, how)
  restarted.add(id)
}

/** 304 and 409: it is in that state already, or was until a moment ago; the next look tells. */
async function act(engine: string, id: string, what: string): Promise<void> {
  await callEngine(engine, 'POST', `/containers/${id}/${what}`, restartMillisMax)
}

/** Every link is enabled and carries no toxic then. Undefined where that was done. */
async function resetLinks(api: string): Promise<string | undefined> {
  const { status } = await callEngine(api, 'POST', '/reset')
  return status === 204 ? undefined : `its link proxy answered the reset with ${status}`
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
