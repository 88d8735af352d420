import type { DeclaredBehaviour } from '../history/line.ts'
import type { OperationFunction } from '../history/operation.ts'
import type { Json } from '../kernel/json.ts'

/** How a system is meant to behave. What differs from the declaration fails. */
export interface Capabilities {
  /**
   * What it offers. Where it lacks `sign-up`, an administrator creates the population
   * (`admin-create-user` with a password); traffic draws nothing that it lacks.
   */
  readonly functions: readonly OperationFunction[]
  readonly declared: DeclaredBehaviour
  readonly replicaWrites: boolean
  readonly lockout: { readonly scope: 'regional' | 'mirrored' | 'none'; readonly threshold: number }
  readonly totpOnReplica: boolean
  /**
   * `false`: a replica serves no sign-in and no refresh before it is promoted, so what only these
   * show cannot be read there.
   */
  readonly replicaSignIns?: false
  readonly promotion: boolean
  /**
   * How fast it may be asked, where that is slower than scenarios ask; absent: as fast as they do.
   */
  readonly pace?: {
    /** Traffic, streams and probes together: for a system whose changes are slow. */
    readonly arrivalsPerSecondMax?: number | undefined
    /** All that a run asks, set-up and sweeps included, for a service that limits rates. */
    readonly operationsPerSecondMax?: number | undefined
  }
  /**
   * What a scenario may need and this system cannot take, by the name of the fault or `router` or
   * `tls`, each with the reason: such a scenario is skipped and says so.
   */
  readonly lacks?: Readonly<Record<string, string>>
  /** What is otherwise where a switch has a value, by `name=value`. */
  readonly at?: Readonly<Record<string, Partial<Pick<Capabilities, 'replicaWrites' | 'promotion'>>>>
}

/** What a pace allows, a phrase each: `6 arrivals a second`. */
export function paceWords({ pace }: Capabilities): readonly string[] {
  const { arrivalsPerSecondMax: arrivals, operationsPerSecondMax: operations } = pace ?? {}
  return [
    ...(arrivals === undefined ? [] : [`${arrivals} arrivals a second`]),
    ...(operations === undefined ? [] : [`${operations} operations a second`]),
  ]
}

/** What a system can where these switches are set. */
export function capabilitiesAt(
  capabilities: Capabilities,
  switches: Readonly<Record<string, Json>>,
): Capabilities {
  const { at = {} } = capabilities
  const changes = Object.entries(switches).map(([name, value]) => at[`${name}=${value}`])
  return Object.assign({ ...capabilities }, ...changes)
}
