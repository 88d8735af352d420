import type { Operation, RegionName, RegisterValue } from '../../history/operation.ts'
import { registerName } from '../../history/operation.ts'
import { invariant } from '../../kernel/invariant.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import { type Ledger, noLedger } from '../../ledger/ledger.ts'
import { type PlanInput, resolvePlan } from '../../plan/resolve.ts'
import type { IdentityClient, Outcome, RunningRegion, RunningStack } from '../../target/contract.ts'
import { referenceTarget } from '../../target/reference/target.ts'
import { ConditionWatch } from '../../workload/condition-watch.ts'
import { confirmSignUp, readUser, signIn, signUp, updateAttribute } from '../../workload/intents.ts'
import { runInSim, type Sim } from '../../world/sim/run-in-sim.ts'
import { type SimStack, simWorld } from '../../world/sim/sim-world.ts'
import type { RouteControl } from '../fault.ts'
import { faults } from '../faults/index.ts'
import { FaultInjector, type NemesisPorts } from '../nemesis.ts'

/** A running pair of reference Regions in virtual time, and a nemesis that acts on it. */
export interface ReferencePair {
  readonly sim: Sim
  readonly stack: SimStack
  readonly primary: RunningRegion
  readonly replica: RunningRegion
  readonly nemesis: FaultInjector
  readonly route: RouteControl & { current(): RegionName }
  readonly watch: ConditionWatch
  /** Each step of a fault as `kind phase`, with what verification saw. */
  readonly steps: readonly string[]
  /** What people who wait were told. */
  readonly told: readonly string[]
  /** One attempt of one operation, with the deadline of the plan. */
  perform(region: RegionName, operation: Operation): Promise<Outcome>
  /** Writes the nickname of the user that exists from the start. */
  write(region: RegionName, value: string): Promise<string>
  /** The nickname that a Region shows, or what it answered in place of it. */
  read(region: RegionName): Promise<RegisterValue | undefined>
  /** Waits until the Region shows the value, for a second; returns all that it showed. */
  readUntil(region: RegionName, value: string): Promise<readonly (RegisterValue | undefined)[]>
  /** Signs the user in; `ok`, or the code of what was answered. */
  signIn(region: RegionName): Promise<string>
  /** Runs a piece of the story and says how long it took in virtual time. */
  timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly took: Micros }>
}

/** How a pair differs from the usual one. */
export interface PairOptions {
  readonly plan?: Partial<PlanInput>
  /** What the nemesis gets to see in place of the stack: a world in which a fault does nothing. */
  readonly disguise?: (stack: RunningStack) => RunningStack
  /** What the nemesis gets in place of the clients' route. */
  readonly disguiseRoute?: (route: RouteControl) => RouteControl
  readonly ledger?: Ledger
  readonly nemesis?: Partial<Pick<NemesisPorts, 'faults' | 'world' | 'before'>>
}

const user = 'u1'

/** Runs a story on a fresh pair in which `u1` is signed up and known in both Regions. */
export async function onReferencePair<T>(
  story: (pair: ReferencePair) => Promise<T>,
  options: PairOptions = {},
): Promise<T> {
  const plan = resolvePlan(
    { scenarios: ['story'], world: 'sim', ...options.plan },
    { tool: '0', targets: ['reference'], scenarios: ['story'], mutants: [] },
  )
  const topology = await referenceTarget.topology(plan)
  const outcome = await runInSim({ seed: plan.seed }, async (sim) => {
    await using stack = await simWorld({ plan }).start(topology)
    const session = await referenceTarget.prepare(stack, {
      plan,
      random: sim.random.scope('target'),
      digestKey: new Uint8Array(32),
      onJwks: () => {},
    })
    const clients = new Map(
      stack.regions.map((region) => [region.name, session.connect(region)] as const),
    )
    const deadline = millis(plan.limits.operationMillisMax)
    const pair = pairOf({ sim, stack, clients, deadline, options })
    await pair.perform(pair.primary.name, signUp('op1', user))
    await pair.perform(pair.primary.name, confirmSignUp('op2', user))
    await pair.write(pair.primary.name, 'before')
    await pair.readUntil(pair.replica.name, 'before')
    return await story(pair)
  })
  return outcome.value
}

interface Parts {
  readonly sim: Sim
  readonly stack: SimStack
  readonly clients: ReadonlyMap<RegionName, IdentityClient>
  readonly deadline: Micros
  readonly options: PairOptions
}

function pairOf(parts: Parts): ReferencePair {
  const { sim, stack } = parts
  const [primary, replica] = stack.regions
  invariant(primary !== undefined && replica !== undefined, 'the topology has two Regions')
  const steps: string[] = []
  const told: string[] = []
  const watch = new ConditionWatch(sim.clock)
  const route = plainRoute(primary.name)
  const { perform, write, read, signIn: tryToSignIn } = clientOf(parts)
  const nemesis = new FaultInjector({
    environment: {
      stack: parts.options.disguise?.(stack) ?? stack,
      route: parts.options.disguiseRoute?.(route) ?? route,
    },
    faults,
    world: 'sim',
    ledger: parts.options.ledger ?? noLedger(),
    watch,
    signal: new AbortController().signal,
    before: async () => {},
    record: ({ kind, phase, detail }) => {
      steps.push(detail === undefined ? `${kind} ${phase}` : `${kind} ${phase}: ${detail}`)
    },
    step: (text) => told.push(text),
    ...parts.options.nemesis,
  })
  return {
    ...{ sim, stack, primary, replica, nemesis, route, watch, steps, told },
    ...{ perform, write, read, signIn: tryToSignIn },
    readUntil: async (region, value) => {
      const shown: (RegisterValue | undefined)[] = []
      for (let look = 0; look < 400 && shown.at(-1) !== value; look += 1) {
        shown.push(await read(region))
        await sim.clock.sleep(millis(1))
      }
      return shown
    },
    timed: async (work) => {
      const began = sim.clock.monotonic()
      const value = await work
      return { value, took: sim.clock.monotonic() - began }
    },
  }
}

type Client = Pick<ReferencePair, 'perform' | 'write' | 'read' | 'signIn'>

function clientOf({ sim, clients, deadline }: Parts): Client {
  const perform: Client['perform'] = (region, operation) => {
    const client = clients.get(region)
    invariant(client !== undefined, `no Region ${region}`)
    return client.perform({ ...operation, resolved: {} }, sim.clock.timeout(deadline))
  }
  return {
    perform,
    write: async (region, value) => said(await perform(region, nicknameWrite(value))),
    read: async (region) => {
      const course = { to: region, purpose: 'workload' as const }
      const register = registerName(user, 'attribute', 'nickname')
      const shown = await perform(region, readUser('read', user, [register], course))
      return shown.type === 'ok' ? shown.observed?.[0]?.value : said(shown)
    },
    signIn: async (region) => said(await perform(region, signIn('in', user, 'op1'))),
  }
}

/** A write of the nickname whose value is the id of the operation. */
export function nicknameWrite(value: string): Operation {
  return updateAttribute(value, user, 'nickname')
}

function said({ type, error }: Outcome): string {
  return error === undefined ? type : `${type} ${error.code}`
}

function plainRoute(initial: RegionName): RouteControl {
  let current = initial
  return {
    current: () => current,
    switchTo: (region) => {
      current = region
    },
  }
}
