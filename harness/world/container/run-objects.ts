import { createHash } from 'node:crypto'
import { WorldError } from '../../kernel/errors.ts'
import { type EngineKind, labelsOf } from '../../ledger/engine-objects.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { EngineRuntime } from './engine-runtime.ts'

/** How many subnets are tried before it is given up. */
const subnetAttemptsMax = 40

/** An object of the engine that stands in the ledger. */
export interface RunObject {
  readonly name: string
  readonly id: string
  /** Removes it and its entry. Twice is no error. */
  remove(): Promise<void>
}

/** What makes objects of one run in an engine, each listed in the ledger before it exists. */
export interface RunObjects {
  readonly labels: Readonly<Record<string, string>>
  /** A name in the engine that carries the run id; the same for the same words. */
  nameOf(...words: readonly string[]): string
  make(request: {
    readonly kind: EngineKind
    readonly owner: string
    readonly name: string
    /** Its id once it is there. */
    create(): Promise<string>
    /** By its id, or by its name where none is known. */
    remove(idOrName: string): Promise<unknown>
  }): Promise<RunObject>
}

/** @param stack - Tells stacks of one run apart. */
export function runObjects(engine: EngineRuntime, ledger: Ledger, stack: string): RunObjects {
  return {
    labels: labelsOf(ledger.environment),
    nameOf: (...words) =>
      ['interregnum', ledger.runId, stack, ...words].join('-').replaceAll(/[^A-Za-z0-9_.-]+/g, '-'),
    make: async ({ kind, owner, name, create, remove }) => {
      const entry = await ledger.intend(kind, owner, { engine: engine.address, name })
      const id = await create().catch(async (error: unknown) => {
        // It may be half there.
        await remove(name).catch(unlessGone)
        await ledger.release(entry)
        throw error
      })
      await ledger.confirm(entry, { id })
      let removed: Promise<void> | undefined
      const removeOnce = async (): Promise<void> => {
        await remove(id).catch(unlessGone)
        await ledger.release(entry)
      }
      return {
        name,
        id,
        remove: () => {
          removed ??= removeOnce()
          return removed
        },
      }
    },
  }
}

/** An error of the engine that says that something is not there is none for whoever removes it. */
function unlessGone(error: unknown): void {
  if ((error as { readonly statusCode?: unknown }).statusCode !== 404) throw error
}

/** A network whose addresses are chosen by us, so that they outlive stop and start. */
export interface RunNetwork extends RunObject {
  /** The address of the n-th container, from 0. */
  address(ordinal: number): string
  /** All of its addresses, such as `10.64.0.0/24`. */
  subnet(): string
}

/**
 * Makes a network with a subnet that no other network of the engine has.
 *
 * @param internal - Leads nowhere else: what is on it reaches its neighbours alone.
 * @throws WorldError if no subnet is free.
 */
export async function makeNetwork(
  engine: EngineRuntime,
  objects: RunObjects,
  what: string,
  internal: boolean,
): Promise<RunNetwork> {
  const name = objects.nameOf(what)
  let prefix = ''
  const create = async (): Promise<string> => {
    for (let attempt = 0; attempt < subnetAttemptsMax; attempt += 1) {
      prefix = subnetOf(name, attempt)
      const id = await tryNetwork(engine, objects, { name, internal, prefix })
      if (id !== undefined) return id
    }
    throw new WorldError(`no free subnet was found for the network ${name}`, {
      hint: 'docker network prune removes networks that nobody uses',
    })
  }
  const network = await objects.make({
    kind: 'network',
    owner: `network ${what}`,
    name,
    create,
    remove: (id) => engine.docker.getNetwork(id).remove(),
  })
  // .1 is the gateway.
  return {
    ...network,
    address: (ordinal) => `${prefix}.${ordinal + 2}`,
    subnet: () => `${prefix}.0/24`,
  }
}

/** Undefined where the subnet is taken. */
async function tryNetwork(
  { docker }: EngineRuntime,
  { labels }: RunObjects,
  wanted: { readonly name: string; readonly internal: boolean; readonly prefix: string },
): Promise<string | undefined> {
  const { name, internal, prefix } = wanted
  try {
    const { id } = await docker.createNetwork({
      Name: name,
      CheckDuplicate: true,
      Internal: internal,
      Labels: labels,
      IPAM: { Driver: 'default', Config: [{ Subnet: `${prefix}.0/24` }] },
    })
    return id
  } catch (error) {
    if (/overlap|already in use/i.test(String(error))) return undefined
    throw error
  }
}

/** Somewhere in 10.64.0.0 to 10.191.255.0: other choices for other names. */
function subnetOf(name: string, attempt: number): string {
  const [second = 0, third = 0] = createHash('sha256').update(`${attempt} ${name}`).digest()
  return `10.${64 + (second % 128)}.${third}`
}
