import type { FaultEffect } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { FaultError } from '../kernel/errors.ts'
import type { FaultName, FaultParameters } from '../scenario/context.ts'
import type { WorldNeed } from '../scenario/world-need.ts'
import type {
  LinkName,
  RunningLink,
  RunningRegion,
  RunningStack,
  WorldName,
} from '../target/contract.ts'
import type { FaultParameter } from './fault-parameter.ts'

/** What an independent look at the world showed. The text has no times: runs compare it. */
export interface Verification {
  readonly held: boolean
  readonly detail: string
}

/** One injected condition. Each step is one line of the history. */
export interface Fault {
  apply(): Promise<void>
  /** Independent of `apply`: a canary, the state of a process, the Date header. */
  verify(): Promise<Verification>
  heal(): Promise<void>
  verifyHealed(): Promise<Verification>
}

/** The clients' route, as a fault sees it. */
export interface RouteControl {
  current(): RegionName
  /** Switches the route and writes the `route` line. */
  switchTo(region: RegionName): void
}

/** What a fault may touch. */
export interface FaultEnvironment {
  readonly stack: RunningStack
  readonly route: RouteControl
}

/** A kind of fault: data about it and how to make one. */
export interface FaultKind<F extends FaultName> {
  readonly name: F
  /** One sentence for `interregnum faults` and the reference page. */
  readonly description: string
  readonly worlds: readonly WorldName[]
  /** What it asks of such a world besides; a scenario with a need that is not met is skipped. */
  readonly needs?: readonly WorldNeed[]
  /** What a target has to declare for it; a scenario is skipped where it does not. */
  readonly capability?: 'promotion'
  /** Every parameter, with its unit and its bounds; what a script gives is held against them. */
  readonly parameters: { readonly [P in keyof Required<FaultParameters[F]>]: FaultParameter }
  /** Every effect that it can have. */
  readonly mayCause: readonly FaultEffect['effect'][]
  effects(parameters: FaultParameters[F], environment: FaultEnvironment): readonly FaultEffect[]
  create(parameters: FaultParameters[F], environment: FaultEnvironment): Fault
}

/** A Region of the stack, by name. @throws FaultError naming the Regions that exist. */
export function regionOf(environment: FaultEnvironment, name: RegionName): RunningRegion {
  const found = environment.stack.regions.find((region) => region.name === name)
  if (found !== undefined) return found
  const names = environment.stack.regions.map((region) => region.name).join(', ')
  throw new FaultError(`there is no Region "${name}"; expected one of: ${names}`)
}

/** A link of the stack, by name. @throws FaultError naming the links that exist. */
export function linkOf(environment: FaultEnvironment, name: LinkName): RunningLink {
  const found = environment.stack.links.find((link) => link.name === name)
  if (found !== undefined) return found
  const names = environment.stack.links.map((link) => link.name).join(', ')
  throw new FaultError(`there is no link "${name}"; expected one of: ${names}`)
}
