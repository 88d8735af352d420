import { createHash, randomBytes } from 'node:crypto'
import { bytesSink } from './history/bytes-sink.ts'
import type { EventLine } from './history/line.ts'
import type { Operation } from './history/operation.ts'
import { composeSinks, type HistorySink } from './history/sink.ts'
import { type Conducted, type ConductPorts, conduct } from './interpreter/conduct.ts'
import { keyedRandom } from './kernel/random.ts'
import { unknownName } from './kernel/unknown-name.ts'
import { type Ledger, noLedger } from './ledger/ledger.ts'
import type { Plan } from './plan/plan.ts'
import type { Registries } from './registries.ts'
import type { Scenario } from './scenario/scenario.ts'
import type { ScenarioStep } from './scenario/step.ts'
import type { RunningStack, StackNeeds, Target, Topology, World } from './target/contract.ts'
import { topologyOf } from './target/remote-topology.ts'
import type { AttachedProject } from './world/container/attached/attached-project.ts'
import { attachedWorld } from './world/container/attached/attached-world.ts'
import { containerWorld } from './world/container/container-world.ts'
import { watchEventLoop } from './world/process/event-loop-monitor.ts'
import { processWorld } from './world/process/process-world.ts'
import { checkTopology } from './world/remote/check-topology.ts'
import { remoteWorld } from './world/remote/remote-world.ts'
import { runInSim } from './world/sim/run-in-sim.ts'
import { simWorld } from './world/sim/sim-world.ts'

/** One scenario, one seed, one world. */
export interface TrialInput {
  readonly plan: Plan
  readonly scenario: Scenario
  readonly registries: Registries
  readonly onStep?: (step: ScenarioStep) => void
  readonly onOperation?: (operation: Operation) => void
}

export interface RealTrialInput extends TrialInput {
  readonly ledger: Ledger
  readonly sink: HistorySink
  readonly signal: AbortSignal
  /** The compose project that the plan attaches to. */
  readonly attached?: AttachedProject
}

export interface SimTrialInput extends TrialInput {
  /** For tests that look behind the run: the stack, and each line as it is recorded. */
  readonly observe?: {
    onStack(stack: RunningStack): void
    onLine(line: EventLine): void
  }
}

export interface SimTrial extends Conducted {
  /** The bytes of `history.ndjson`. */
  readonly history: Uint8Array
  readonly traceDigest: string
}

/** The target of a plan. @throws UsageError if no registry knows it. */
export function targetOf(plan: Plan, registries: Registries): Target {
  const target = registries.targets.find((entry) => entry.name === plan.target)
  if (target !== undefined) return target
  const names = registries.targets.map((entry) => entry.name)
  throw unknownName(`target "${plan.target}" is unknown`, plan.target, names, 'interregnum targets')
}

/**
 * The registries, in which the target of a plan is as the plan says. What is wrong with somebody's
 * system as the plan names it is said here, before anything is touched.
 */
export async function configuredRegistries(
  plan: Plan,
  registries: Registries,
): Promise<Registries> {
  const target = targetOf(plan, registries)
  if (plan.world === 'remote') await checkRemote(plan, target)
  if (target.configured === undefined) return registries
  const configured = await target.configured(plan)
  const others = registries.targets.filter((one) => one !== target)
  return { ...registries, targets: [...others, configured] }
}

/** A target that has no remote world is skipped, and says so. */
async function checkRemote(plan: Plan, target: Target): Promise<void> {
  checkTopology(topologyOf(plan))
  if (target.worlds?.includes('remote') !== false) await target.topology(plan)
}

/** The world of real software that a plan names, prepared for what a scenario injects. */
function worldOf(plan: Plan, { ledger, attached, scenario }: RealTrialInput): World {
  if (attached !== undefined) return attachedWorld({ plan, attached })
  if (plan.world === 'remote') return remoteWorld({ plan, ledger })
  const options = { plan, ledger, faults: scenario.needs.faults }
  return plan.world === 'container' ? containerWorld(options) : processWorld(options)
}

/** A trial with real Regions, each a process or a container; its history goes to the sink. */
export async function realTrial(input: RealTrialInput): Promise<Conducted> {
  const target = targetOf(input.plan, input.registries)
  const { ledger } = input
  const plan = planFor(input)
  const topology = await target.topology(plan, stackNeeds(input.scenario))
  return conduct({
    ...shared(input, target, topology),
    world: worldOf(plan, input),
    ledger,
    random: keyedRandom(plan.seed),
    digestKey: randomBytes(32),
    sink: input.sink,
    signal: input.signal,
    watchEventLoop,
  })
}

/** The key of token digests in the sim world: the seed decides it, like everything there. */
export function simDigestKey(plan: Plan): Uint8Array {
  return createHash('sha256').update(`digest key of seed ${plan.seed}`).digest()
}

/** A trial in virtual time, in this process, without I/O. The same plan gives the same bytes. */
export async function simTrial(input: SimTrialInput): Promise<SimTrial> {
  const { observe } = input
  const plan = planFor(input)
  const target = targetOf(plan, input.registries)
  const topology = await target.topology(plan, stackNeeds(input.scenario))
  const memory = bytesSink()
  const watching: HistorySink = {
    append: (line) => {
      if (line.type !== 'header') observe?.onLine(line)
    },
    flush: async () => {},
    close: async () => {},
  }
  const digestKey = simDigestKey(plan)
  const signal = new AbortController().signal
  const outcome = await runInSim({ seed: plan.seed }, (sim) =>
    conduct({
      ...shared(input, target, topology),
      world: simWorld({ plan }),
      ledger: noLedger(),
      random: sim.random,
      digestKey,
      sink: observe === undefined ? memory : composeSinks(memory, watching),
      signal,
      ...(observe === undefined ? {} : { onStack: observe.onStack }),
    }),
  )
  return { ...outcome.value, history: memory.toBytes(), traceDigest: outcome.traceDigest }
}

/** What the scenario wants beside the two Regions. */
function stackNeeds({ needs }: Scenario): StackNeeds {
  const { relyingParties = [], router, switches = {}, tls = false } = needs
  return { relyingParties, switches, tls, ...(router === undefined ? {} : { router }) }
}

/** Every switch of the target as a scenario meets it: the first choice of each is its default. */
export function scenarioSwitches(
  plan: Pick<Plan, 'switches'>,
  { needs }: Pick<Scenario, 'needs'>,
  { switches = {} }: Pick<Target, 'switches'>,
): Readonly<Record<string, string>> {
  const first = Object.entries(switches).map(([name, [value]]) => [name, String(value)])
  return { ...Object.fromEntries(first), ...wanted(needs), ...plan.switches }
}

function wanted({ switches = {} }: Scenario['needs']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(switches).map(([name, value]) => [name, String(value)]))
}

/** The plan as the scenario wants it: the plan's own switches win, its objectives come first. */
function planFor({ plan, scenario }: TrialInput): Plan {
  return {
    ...plan,
    switches: { ...wanted(scenario.needs), ...plan.switches },
    objectives: [...new Set([...plan.objectives, ...(scenario.objectives ?? [])])],
  }
}

function shared(
  input: TrialInput,
  target: Target,
  topology: Topology,
): Pick<
  ConductPorts,
  'plan' | 'scenario' | 'target' | 'topology' | 'faults' | 'onOperation' | 'onStep'
> {
  return {
    plan: planFor(input),
    scenario: input.scenario,
    target,
    topology,
    faults: input.registries.faults,
    onOperation: input.onOperation ?? (() => {}),
    onStep: input.onStep ?? (() => {}),
  }
}
