import type { DeclaredBehaviour } from '../history/line.ts'
import type { OperationFunction } from '../history/operation.ts'

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
  readonly promotion: boolean
  /**
   * What a scenario may need and this system cannot take, by the name of the fault or `router` or
   * `tls`, each with the reason: such a scenario is skipped and says so.
   */
  readonly lacks?: Readonly<Record<string, string>>
}
