import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type MomentName, momentNames } from '../history/moment.ts'
import { looksLikeSecret } from '../history/redaction.ts'
import type { Clock, WallClock } from '../kernel/clock.ts'
import { UsageError, WorldError } from '../kernel/errors.ts'
import { type Micros, millis } from '../kernel/time.ts'
import { writeWhole } from '../kernel/write-whole.ts'
import { isAlive } from '../ledger/process-identity.ts'
import { stateFolder } from '../ledger/state-folder.ts'

/** Most watches that are looked at, and most marks that are taken at once. */
const entriesMax = 1_000

/** How long a watch may take to note a mark. */
const notedMax: Micros = millis(5_000)
const lookPause: Micros = millis(20)

/** The longest that a mark may have waited, or may lie in the past. */
const elapsedMax: Micros = millis(86_400_000)

const watchShape = z.object({
  runId: z.string().regex(/^[\w.-]{1,128}$/),
  pid: z.int(),
  startTime: z.string(),
  /** Where its reports go. */
  folder: z.string(),
})

/** A watch that is under way, as the state folder tells of it. */
export type AnnouncedWatch = z.infer<typeof watchShape>

const markShape = z.object({
  /** Whoever writes it by other means gets no secret into a history, and stops no watch. */
  label: z
    .string()
    .min(1)
    .max(200)
    .refine((text) => !looksLikeSecret(text)),
  moment: z.enum(momentNames).optional(),
  /** Wall-clock time at which it was made, microseconds since the epoch. */
  at: z.number(),
})

/** A mark as it reached a watch. */
export interface TakenMark {
  readonly label: string
  readonly moment: MomentName | undefined
  /** How long before now it was made. */
  readonly elapsed: Micros
}

function watchesFolder(): string {
  return join(stateFolder(), 'watches')
}

function marksFolder(runId: string): string {
  return join(watchesFolder(), `${runId}.marks`)
}

/** Tells other processes of a watch; {@link forgetWatch} takes it back. */
export async function announceWatch(watch: AnnouncedWatch): Promise<void> {
  await mkdir(marksFolder(watch.runId), { recursive: true, mode: 0o700 })
  await writeWhole(join(watchesFolder(), `${watch.runId}.json`), watch)
}

/** Removes what the state folder holds of a watch. */
export async function forgetWatch(runId: string): Promise<void> {
  await rm(join(watchesFolder(), `${runId}.json`), { force: true })
  await rm(marksFolder(runId), { recursive: true, force: true })
}

/** The watches whose process lives; what others left is removed. */
export async function liveWatches(): Promise<readonly AnnouncedWatch[]> {
  const live: AnnouncedWatch[] = []
  for (const name of await namesIn(watchesFolder())) {
    const watch = watchShape.safeParse(await readJson(join(watchesFolder(), name))).data
    if (watch === undefined) continue
    if (await isAlive(watch.pid, watch.startTime)) live.push(watch)
    else await forgetWatch(watch.runId)
  }
  return live
}

/**
 * The watch that a mark is for.
 *
 * @param wanted - The id of its run, or its folder; needed where several are under way.
 * @param from - From where a relative folder leads.
 * @throws UsageError if there is none, or not one alone.
 */
export async function findWatch(wanted: string | undefined, from: string): Promise<AnnouncedWatch> {
  const live = await liveWatches()
  const found =
    wanted === undefined
      ? live
      : live.filter(({ runId, folder }) => runId === wanted || folder === resolve(from, wanted))
  const [watch] = found
  if (watch !== undefined && found.length === 1) return watch
  const runs = live.map(({ runId }) => runId).join(', ')
  throw new UsageError(
    found.length === 0
      ? `no ${wanted === undefined ? '' : 'such '}observation is under way`
      : `several observations are under way: ${runs}`,
    {
      hint: live.length === 0 ? '`interregnum observe` begins one' : `name one with --run: ${runs}`,
    },
  )
}

/**
 * Hands a mark to a watch and waits until it is noted.
 *
 * @throws WorldError if it is not.
 */
export async function sendMark(
  { runId }: AnnouncedWatch,
  mark: z.infer<typeof markShape>,
  clock: Clock,
): Promise<void> {
  const path = join(marksFolder(runId), `${String(mark.at).padStart(18, '0')}-${process.pid}.json`)
  await writeWhole(path, mark)
  const deadline = clock.monotonic() + notedMax
  while ((await readJson(path)) !== undefined) {
    if (clock.monotonic() > deadline) {
      await rm(path, { force: true })
      throw new WorldError(`the observation ${runId} took no notice of the mark`)
    }
    await clock.sleep(lookPause)
  }
}

/** The marks that wait for a watch, oldest first; each is taken once. */
export async function takeMarks(runId: string, wall: WallClock): Promise<readonly TakenMark[]> {
  const taken: TakenMark[] = []
  for (const name of await namesIn(marksFolder(runId))) {
    const path = join(marksFolder(runId), name)
    const mark = markShape.safeParse(await readJson(path)).data
    await rm(path, { force: true })
    if (mark === undefined) continue
    const { label, moment, at } = mark
    taken.push({ label, moment, elapsed: Math.min(Math.max(0, wall.now() - at), elapsedMax) })
  }
  return taken
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .slice(0, entriesMax)
}

/** Undefined for what is gone, or nobody of this version wrote. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
