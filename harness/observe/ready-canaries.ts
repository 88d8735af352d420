import { clientsPopulation } from '../checkers/game-day.ts'
import { givenPassword, type Operation, type OperationId } from '../history/operation.ts'
import { WorldError } from '../kernel/errors.ts'
import type { Micros } from '../kernel/time.ts'
import type { Capabilities } from '../target/contract.ts'
import type { Completion } from '../workload/executor.ts'
import { createUser, signIn } from '../workload/intents.ts'
import type { ObservedStack } from './observed-stack.ts'

/** A user of the watch, and the operation that wrote its password. */
export interface Canary {
  readonly name: string
  readonly password: OperationId
  /** The sign-in that its session is from. */
  readonly session: OperationId
}

export interface ReadyPorts {
  readonly stack: ObservedStack
  readonly capabilities: Capabilities
  readonly count: number
  /** Between two tries. */
  readonly pause: Micros
  /** How long a canary may take until it signs in at one place. */
  readonly untilSignedIn: Micros
  readonly nextId: () => OperationId
  readonly perform: (operation: Operation) => Promise<Completion | undefined>
  /** Why nothing more may be sent. */
  readonly over: () => string | undefined
  readonly signal: AbortSignal
}

type Account = Omit<Canary, 'session'>

/** The canaries and where they sign in, or why the watch is over before it began. */
export type ReadyCanaries =
  | { readonly canaries: readonly Canary[]; readonly places: readonly string[] }
  | { readonly over: string }

/** Where nobody may make users, canaries are accounts that exist. */
export function makesUsers({ functions }: Capabilities): boolean {
  return functions.includes('admin-create-user')
}

/**
 * Makes canaries, or takes accounts that exist, and waits until each signs in wherever it will.
 *
 * @throws WorldError if one cannot be made or does not sign in.
 */
export async function readyCanaries(ports: ReadyPorts): Promise<ReadyCanaries> {
  const { count, capabilities, over } = ports
  const accounts: Account[] = []
  for (let ordinal = 1; ordinal <= count; ordinal += 1) {
    const why = over()
    if (why !== undefined) return { over: why }
    const name = `canary-${ordinal}`
    const password = makesUsers(capabilities) ? await made(name, ports) : givenPassword
    accounts.push({ name, password })
  }
  const places = placesOf(ports)
  const canaries: Canary[] = []
  for (const account of accounts) {
    // The last place is the endpoint where there is one, else the primary: where clients are.
    let session: OperationId = ''
    for (const to of places) {
      const signedIn = await untilSignedIn(account, to, to === places.at(-1), ports)
      if ('over' in signedIn) return signedIn
      session = signedIn.session
    }
    canaries.push({ ...account, session })
  }
  return { canaries, places }
}

/** A replica that serves nobody before it is promoted is looked at later all the same. */
function placesOf({ stack, capabilities }: ReadyPorts): readonly string[] {
  const at = (wanted: string) => stack.regions.filter(({ role }) => role === wanted)
  const replicas = capabilities.replicaSignIns === false ? [] : at('replica')
  const serving = [...replicas, ...at('primary')]
  return [...serving, ...(stack.route === undefined ? [] : [stack.route])].map(({ name }) => name)
}

async function made(name: string, { nextId, perform }: ReadyPorts): Promise<OperationId> {
  const operation = createUser(nextId(), name)
  const done = await perform(operation)
  if (done?.type === 'ok') return operation.id
  throw new WorldError(
    `a canary user could not be made: ${operation.function} came to ${done?.error ?? 'nothing'}`,
  )
}

async function untilSignedIn(
  { name, password }: Account,
  to: string,
  isClients: boolean,
  { stack, nextId, perform, over, pause, signal, untilSignedIn: within }: ReadyPorts,
): Promise<{ readonly session: OperationId } | { readonly over: string }> {
  const { clock } = stack
  const deadline = clock.monotonic() + within
  for (;;) {
    const why = over()
    if (why !== undefined) return { over: why }
    const session = nextId()
    const intent = signIn(session, name, password, { to, purpose: 'probe' })
    const done = await perform(isClients ? { ...intent, population: clientsPopulation } : intent)
    if (done?.type === 'ok') return { session }
    if (clock.monotonic() > deadline) {
      throw new WorldError(`a canary user cannot sign in at ${to}: ${done?.error ?? 'no answer'}`, {
        hint: 'a watch begins while everything is well',
      })
    }
    await clock.sleep(pause, signal)
  }
}
