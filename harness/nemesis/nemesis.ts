import type { FaultLine, FaultPhase } from '../history/line.ts'
import { FaultError, InterregnumError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { seconds } from '../kernel/time.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type {
  Condition,
  FaultName,
  FaultParameters,
  InjectedFault,
  Nemesis,
} from '../scenario/context.ts'
import type { WorldName } from '../target/contract.ts'
import { checkCondition } from '../workload/arguments.ts'
import type { ConditionWatch } from '../workload/condition-watch.ts'
import type { Fault, FaultEnvironment, FaultKind, Verification } from './fault.ts'
import { checkParameters } from './fault-parameter.ts'

/** Longest wait for the condition of a trigger. */
const triggerWait = seconds(60)

/** The faults of a run by name, joined with the user's at the composition root. */
export type FaultRegistry = { readonly [F in FaultName]: FaultKind<F> }

export interface NemesisPorts {
  readonly environment: FaultEnvironment
  readonly faults: FaultRegistry
  readonly world: WorldName
  readonly ledger: Ledger
  readonly watch: ConditionWatch
  readonly signal: AbortSignal
  /** Called before each fault: a pinned schedule lets replication catch up first. */
  readonly before: () => Promise<void>
  record(line: Omit<FaultLine, 'at' | 'type'>): void
  step(text: string): void
}

interface Active {
  readonly id: string
  readonly heal: () => Promise<void>
}

/** Injects, verifies and heals faults; every step is a line of the history. */
export class FaultInjector implements Nemesis {
  readonly #ports: NemesisPorts
  readonly #active: Active[] = []
  #count = 0

  constructor(ports: NemesisPorts) {
    this.#ports = ports
  }

  async inject<F extends FaultName>(
    name: F,
    parameters: FaultParameters[F],
    options: { readonly when?: Condition } = {},
  ): Promise<InjectedFault> {
    const kind: FaultKind<F> | undefined = this.#ports.faults[name]
    if (kind === undefined) throw new FaultError(`there is no fault "${name}"`)
    if (!kind.worlds.includes(this.#ports.world)) {
      throw new FaultError(`fault "${name}" does not exist in the ${this.#ports.world} world`)
    }
    checkParameters(kind, parameters)
    if (options.when !== undefined) {
      checkCondition(options.when)
      await this.#ports.watch.wait(options.when, triggerWait, this.#ports.signal)
    }
    await this.#ports.before()
    return this.#start(kind, parameters)
  }

  async healAll(): Promise<void> {
    const problems: unknown[] = []
    for (const fault of [...this.#active].reverse()) {
      await fault.heal().catch((error: unknown) => problems.push(error))
    }
    if (problems.length > 0) throw new AggregateError(problems, 'not every fault could be healed')
  }

  async #start<F extends FaultName>(
    kind: FaultKind<F>,
    parameters: FaultParameters[F],
  ): Promise<InjectedFault> {
    this.#count += 1
    const id = `fault${this.#count}`
    const { environment, ledger } = this.#ports
    const fault = kind.create(parameters, environment)
    const line = this.#recorder(id, kind, parameters)
    const entry = await ledger.intend('fault', id, { kind: kind.name })
    line('apply')
    try {
      await guarded(`${kind.name} could not be applied`, fault.apply())
    } catch (error) {
      // Half of a composite fault may be in force; the first error is the one that counts.
      await fault.heal().catch(() => {})
      await ledger.release(entry)
      throw error
    }
    line('applied')
    const seen = await verified(fault.verify())
    line(seen.held ? 'verified' : 'not-verified', seen.detail)
    this.#ports.step(
      `${kind.name} ${seen.held ? 'in force' : 'DID NOT TAKE EFFECT'} (${seen.detail})`,
    )
    const heal = this.#healer(id, kind.name, fault, line, entry)
    this.#active.push({ id, heal })
    return { id, heal }
  }

  #healer(
    id: string,
    name: FaultName,
    fault: Fault,
    line: (phase: FaultPhase, detail?: string) => void,
    entry: string,
  ): () => Promise<void> {
    let healed: Promise<void> | undefined
    const heal = async (): Promise<void> => {
      line('heal')
      await guarded(`${name} could not be healed`, fault.heal())
      line('healed')
      const seen = await verified(fault.verifyHealed())
      line(seen.held ? 'heal-verified' : 'heal-not-verified', seen.detail)
      this.#ports.step(`${name} ${seen.held ? 'healed' : 'DID NOT HEAL'} (${seen.detail})`)
      const index = this.#active.findIndex((active) => active.id === id)
      if (index >= 0) this.#active.splice(index, 1)
      await this.#ports.ledger.release(entry)
    }
    return () => {
      healed ??= heal()
      return healed
    }
  }

  #recorder<F extends FaultName>(
    fault: string,
    kind: FaultKind<F>,
    parameters: FaultParameters[F],
  ): (phase: FaultPhase, detail?: string) => void {
    const effects = kind.effects(parameters, this.#ports.environment)
    const described = { ...parameters } as unknown as Readonly<Record<string, Json>>
    return (phase, detail) =>
      this.#ports.record({
        fault,
        kind: kind.name,
        phase,
        parameters: described,
        effects,
        ...(detail === undefined ? {} : { detail }),
      })
  }
}

async function guarded(what: string, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (InterregnumError.is(error)) throw error
    throw new FaultError(what, { cause: error })
  }
}

/** A verification that breaks has verified nothing. */
async function verified(look: Promise<Verification>): Promise<Verification> {
  try {
    return await look
  } catch (error) {
    return { held: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
