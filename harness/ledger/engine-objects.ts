import { WorldError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { callEngine, type EngineAnswer } from './engine.ts'
import { runIdVariable, runProcessVariable, runStateVariable } from './run-id.ts'

/** What the engine keeps of a run, in the order in which it lets go of it. */
export const engineKinds = ['container', 'network', 'volume', 'image'] as const

/** A kind of object that the engine keeps. */
export type EngineKind = (typeof engineKinds)[number]

/** An object of the engine that carries the labels of a run. */
export interface EngineObject {
  readonly kind: EngineKind
  readonly id: string
  readonly name: string
  /** Of a container: `running`, `paused`, `exited`, …; of anything else `there`. */
  readonly state: string
  readonly labels: Readonly<Record<string, string>>
}

/** Label that says which run an object belongs to. */
export const runLabel = 'interregnum.run'

/** Label that says which ledger lists the run, as {@link runStateVariable} does for processes. */
export const stateLabel = 'interregnum.state'

/** Label that says which process runs the run, as {@link runProcessVariable} does. */
export const processLabel = 'interregnum.process'

/** Labels of everything that a run creates in an engine: what its children carry, too. */
export function labelsOf(
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const pairs = [
    [runLabel, environment[runIdVariable]],
    [stateLabel, environment[runStateVariable]],
    [processLabel, environment[runProcessVariable]],
  ]
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined))
}

/**
 * Every object of the engine with a label, containers first.
 *
 * @param label - `name=value`, or the name alone.
 * @throws WorldError if the engine does not answer, or refuses to tell.
 */
export async function listEngineObjects(
  address: string,
  label: string,
): Promise<readonly EngineObject[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  const found: EngineObject[] = []
  for (const kind of engineKinds) {
    const { list, read } = kinds[kind]
    const answer = await callEngine(address, 'GET', `${list}filters=${filters}`)
    const { status, body } = answer
    if (status !== 200) {
      throw new WorldError(
        `the container engine at ${address} does not list what it keeps: ${refusalOf(answer)}`,
        { hint: 'look at the engine, then try again' },
      )
    }
    for (const item of listOf(body)) found.push({ kind, ...read(item) })
  }
  return found
}

/**
 * Removes one object, running or not. Undefined where it is gone, else what the engine says.
 *
 * @throws WorldError if the engine does not answer.
 */
export async function removeEngineObject(
  address: string,
  { kind, id }: Pick<EngineObject, 'kind' | 'id'>,
): Promise<string | undefined> {
  const { remove } = kinds[kind]
  const path = remove.replace('{id}', encodeURIComponent(id))
  const answer = await callEngine(address, 'DELETE', path)
  const isGone = answer.status === 404 || (answer.status >= 200 && answer.status < 300)
  return isGone ? undefined : refusalOf(answer)
}

/** Why the engine did not do it, in its own words where it has some. */
function refusalOf({ status, body }: EngineAnswer): string {
  const message = typeof body === 'object' && body !== null && 'message' in body && body.message
  return typeof message === 'string' ? message : `status ${status}`
}

type Item = Readonly<Record<string, Json>>

interface Reading {
  readonly list: string
  readonly remove: string
  read(item: Item): Omit<EngineObject, 'kind'>
}

const kinds: Readonly<Record<EngineKind, Reading>> = {
  container: {
    list: '/containers/json?all=1&',
    remove: '/containers/{id}?force=1&v=1',
    read: (item) => ({
      id: text(item.Id),
      name: text(firstOf(item.Names)).replace(/^\//, ''),
      state: text(item.State),
      labels: labels(item.Labels),
    }),
  },
  network: {
    list: '/networks?',
    remove: '/networks/{id}',
    read: (item) => named(item, item.Id),
  },
  volume: {
    list: '/volumes?',
    remove: '/volumes/{id}?force=1',
    read: (item) => named(item, item.Name),
  },
  image: {
    list: '/images/json?',
    remove: '/images/{id}?force=1',
    read: (item) => ({
      ...named(item, item.Id),
      name: text(firstOf(item.RepoTags)) || text(item.Id),
    }),
  },
}

function named(item: Item, id: Json | undefined): Omit<EngineObject, 'kind'> {
  return { id: text(id), name: text(item.Name), state: 'there', labels: labels(item.Labels) }
}

/** Volumes come in an object, everything else as a list. */
function listOf(body: Json): readonly Item[] {
  const list = typeof body === 'object' && body !== null && 'Volumes' in body ? body.Volumes : body
  return Array.isArray(list) ? (list as readonly Item[]) : []
}

function firstOf(value: Json | undefined): Json | undefined {
  return Array.isArray(value) ? (value as readonly Json[])[0] : undefined
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function labels(value: Json | undefined): Readonly<Record<string, string>> {
  return (value ?? {}) as Readonly<Record<string, string>>
}
