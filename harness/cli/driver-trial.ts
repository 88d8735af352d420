import { randomBytes } from 'node:crypto'
import type {
  Operation,
  OperationFunction,
  Reference,
  RegionName,
  RegisterName,
} from '../history/operation.ts'
import type { Clock } from '../kernel/clock.ts'
import { keyedRandom } from '../kernel/random.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Plan } from '../plan/plan.ts'
import type { Outcome, RunningStack } from '../target/contract.ts'
import {
  type DriverSession,
  type DriverUnderTest,
  prepareDriver,
} from '../target/driver/driver-session.ts'
import { removesUsers } from '../target/driver/made-users.ts'
import type { StartProgram } from '../target/program.ts'

const usersStay = 'Users that it makes stay: it does not declare both delete-user and read-user.'

/** What one check came to: `reason` where it did not pass. */
export interface DriverCheckResult {
  readonly name: string
  readonly passed: boolean
  readonly reason?: string
}

/** One operation of a check, in short. */
export interface Step {
  readonly function: OperationFunction
  readonly user: string
  readonly role?: 'primary' | 'replica'
  readonly arguments?: Readonly<Record<string, string | Reference>>
  readonly reads?: readonly RegisterName[]
  readonly millisMax?: number
}

/** An outcome with the id of its operation, which is also what it wrote. */
export interface Attempt extends Outcome {
  readonly id: string
}

export interface TrialOptions {
  readonly plan: Plan
  readonly stack: RunningStack
  readonly driver: DriverUnderTest
  readonly startProgram: StartProgram
  readonly ledger: Ledger
}

/** A driver that is tried on a running stack, one operation after the other. */
export class DriverTrial {
  readonly results: DriverCheckResult[] = []
  readonly tried = new Set<OperationFunction>()
  readonly #options: TrialOptions
  readonly #session: DriverSession
  readonly #ends: readonly string[]
  readonly #notes: string[] = []
  readonly #given = new Map<string, Readonly<Record<string, string>>>()
  #operations = 0

  private constructor(options: TrialOptions, session: DriverSession, ends: readonly string[]) {
    this.#options = options
    this.#session = session
    this.#ends = ends
  }

  /** Has the driver set the stack up. @throws WorldError if it does not. */
  static async begin(options: TrialOptions): Promise<DriverTrial> {
    const { plan, stack, driver, startProgram, ledger } = options
    const ends: string[] = []
    const session = await prepareDriver(
      stack,
      {
        ...{ plan, startProgram, ledger },
        ...{ random: keyedRandom(plan.seed), digestKey: randomBytes(32) },
        onJwks: () => {},
        onProgramEnd: async ({ how }, lastWords) => {
          ends.push(how)
          const words = await lastWords
          if (words !== '') ends.push(`its last words were: ${words}`)
        },
      },
      driver,
    )
    return new DriverTrial(options, session, ends)
  }

  get stack(): RunningStack {
    return this.#options.stack
  }

  get clock(): Clock {
    return this.#options.stack.clock
  }

  /** How long the replica may take to show a change, as the driver says. */
  get lagMicrosMax(): Micros {
    return millis(this.#options.driver.description.capabilities.lagMillisMax)
  }

  /** True where the driver declares all of them. */
  declares(...functions: readonly OperationFunction[]): boolean {
    const { functions: declared } = this.#options.driver.description.capabilities
    return functions.every((name) => declared.some((one) => one === name))
  }

  /** Puts one operation to the driver. */
  async attempt(step: Step): Promise<Attempt> {
    this.tried.add(step.function)
    this.#operations += 1
    const operation: Operation = {
      id: `op${this.#operations}`,
      function: step.function,
      user: step.user,
      to: this.#regionOf(step.role).name,
      purpose: 'workload',
      arguments: step.arguments ?? {},
      ...(step.reads === undefined ? {} : { reads: step.reads }),
    }
    const deadline = millis(step.millisMax ?? this.#options.plan.limits.operationMillisMax)
    const outcome = await this.#session
      .connect(this.#regionOf(step.role))
      .perform({ ...operation, resolved: this.#resolve(operation) }, this.clock.timeout(deadline))
    this.#given.set(operation.id, outcome.results ?? {})
    return { id: operation.id, ...outcome }
  }

  /** Notes whether a check passed: `problem` says why it did not. */
  note(name: string, problem: string | undefined): void {
    const [how] = this.#ends
    const reason = how === undefined ? problem : `the driver is gone: ${this.#ends.join('; ')}`
    this.results.push({
      ...{ name, passed: reason === undefined },
      ...(reason === undefined ? {} : { reason }),
    })
  }

  /** One operation that has to be `ok`. */
  async succeeds(name: string, step: Step): Promise<Attempt> {
    const attempt = await this.attempt(step)
    this.note(name, attempt.type === 'ok' ? undefined : `it was ${outcomeText(attempt)}`)
    return attempt
  }

  /** Notes whether the users that were made at somebody's system are gone again. */
  async cleansUp(): Promise<void> {
    const { plan, driver } = this.#options
    if (plan.world !== 'remote') return
    if (!removesUsers(driver.description.capabilities)) {
      this.#notes.push(usersStay)
      return
    }
    const [left] = await this.#session.cleanUp()
    this.note('delete-user: users that were made are gone', left)
  }

  /** What a person should know besides. */
  get notes(): readonly string[] {
    return this.#notes
  }

  /** Ends the driver; true if it went by itself. */
  close(): Promise<boolean> {
    return this.#session.close()
  }

  #regionOf(
    role: Step['role'] = 'primary',
  ): RunningStack['regions'][number] & { name: RegionName } {
    const region = this.stack.regions.find((one) => one.role === role)
    if (region === undefined) throw new TypeError(`the stack has no ${role}`)
    return region
  }

  #resolve(operation: Operation): Readonly<Record<string, string>> {
    const resolved: Record<string, string> = {}
    for (const [name, value] of Object.entries(operation.arguments)) {
      if (typeof value === 'string') resolved[name] = value
      else if (isReference(value)) resolved[name] = this.#given.get(value.from)?.[value.field] ?? ''
    }
    return resolved
  }
}

/** `fail NotAuthorizedException (wrong-credentials)`. */
export function outcomeText({ type, error }: Outcome): string {
  if (error === undefined) return type
  return `${type} ${error.code}${error.meaning === undefined ? '' : ` (${error.meaning})`}`
}

function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'from' in value
}
