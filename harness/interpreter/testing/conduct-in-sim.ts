import type { CompletionLine, EventLine, HeaderLine } from '../../history/line.ts'
import { memorySink } from '../../history/memory-sink.ts'
import type { Operation, OperationFunction } from '../../history/operation.ts'
import { loadHistory } from '../../history/reader.ts'
import { noLedger } from '../../ledger/ledger.ts'
import { faults } from '../../nemesis/faults/index.ts'
import { type PlanInput, resolvePlan } from '../../plan/resolve.ts'
import type { ScenarioContext } from '../../scenario/context.ts'
import { scenario } from '../../scenario/scenario.ts'
import type { Capabilities } from '../../target/capabilities.ts'
import type { RunningStack, StackNeeds } from '../../target/contract.ts'
import { referenceTarget } from '../../target/reference/target.ts'
import { runInSim, type Sim } from '../../world/sim/run-in-sim.ts'
import { simWorld } from '../../world/sim/sim-world.ts'
import { type Conducted, conduct } from '../conduct.ts'

/** What a script left. */
export interface Story extends Conducted {
  readonly header: HeaderLine
  readonly lines: readonly EventLine[]
  /** Every operation that was sent, in order. */
  readonly operations: readonly Operation[]
  readonly steps: readonly string[]
}

export interface StoryOptions {
  readonly plan?: Partial<PlanInput>
  /** Gets the run before the stack starts: to interrupt it, for example. */
  readonly around?: (sim: Sim, controller: AbortController) => void
  readonly onStack?: (stack: RunningStack) => void
  /** What stands beside the Regions. */
  readonly needs?: StackNeeds
  /** What the script says that it uses. */
  readonly functions?: readonly OperationFunction[]
  /** As if the reference declared it. */
  readonly pace?: Capabilities['pace']
  /** As if the reference declared it. */
  readonly settleMillisMax?: number
}

/** Conducts a script on a reference pair in virtual time, from start to the end of its history. */
export async function conductInSim(
  script: (context: ScenarioContext) => Promise<void>,
  options: StoryOptions = {},
): Promise<Story> {
  const { around, onStack } = options
  const plan = resolvePlan(
    { scenarios: ['story'], world: 'sim', ...options.plan },
    {
      tool: '0',
      targets: ['reference'],
      scenarios: ['story'],
      mutants: options.plan?.mutants ?? [],
    },
  )
  const topology = await referenceTarget.topology(plan, options.needs)
  const sink = memorySink()
  const operations: Operation[] = []
  const steps: string[] = []
  const controller = new AbortController()
  const { value } = await runInSim({ seed: plan.seed }, (sim) => {
    around?.(sim, controller)
    return conduct({
      ...{ plan, topology, sink, faults },
      scenario: scenario('story', {
        claim: 'The script runs.',
        requirements: ['FS-36'],
        needs: { faults: [], functions: options.functions ?? [], links: ['replication'] },
        run: script,
      }),
      target: {
        ...referenceTarget,
        capabilities: declaring(options),
      },
      world: simWorld({ plan }),
      ledger: noLedger(),
      random: sim.random,
      digestKey: new Uint8Array(32),
      signal: controller.signal,
      onOperation: (operation) => operations.push(operation),
      onStep: ({ text }) => steps.push(text),
      ...(onStack === undefined ? {} : { onStack }),
    })
  })
  const { header, lines } = loadHistory(sink.toBytes())
  return { ...value, header, lines, operations, steps }
}

function declaring({ pace, settleMillisMax }: StoryOptions): Capabilities {
  const { capabilities } = referenceTarget
  const { declared } = capabilities
  return {
    ...capabilities,
    ...(pace === undefined ? {} : { pace }),
    ...(settleMillisMax === undefined ? {} : { declared: { ...declared, settleMillisMax } }),
  }
}

type LineOf<T extends EventLine['type']> = T extends CompletionLine['type']
  ? CompletionLine
  : Extract<EventLine, { type: T }>

/** The lines of one type. */
export function linesOf<T extends EventLine['type']>(
  story: Pick<Story, 'lines'>,
  type: T,
): readonly LineOf<T>[] {
  return story.lines.filter((line): line is EventLine & LineOf<T> => line.type === type)
}
