import type { OperationId, RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Use } from './uses.ts'

/** What one Region or relying party has accepted of one user. */
interface Known {
  readonly node: RegionName
  /** `end` of the first use that it accepted. */
  since: Micros
  /** The password that it accepted last, and since when without another one between. */
  label: OperationId | undefined
  labelSince: Micros
  /** The same of sessions. */
  root: number | undefined
  rootSince: Micros
  /** The same of remembered devices that proved themselves. */
  device: OperationId | undefined
  deviceSince: Micros
}

/**
 * What Regions and relying parties have shown to know of users: only who knew an account, a
 * password or a session can refuse it because of a later change.
 */
export class KnownAt {
  readonly #users = new Map<string, Known[]>()

  /** Takes a use that was accepted. */
  take({ attempt, node, label, session, way, device }: Use): void {
    const { invoke, end } = attempt
    const known = this.#ensure(invoke.user, node)
    known.since = Math.min(known.since, end)
    if (way === 'sign-in' && label !== undefined && known.label !== label) {
      known.label = label
      known.labelSince = end
    }
    if (session !== undefined && known.root !== session.root) {
      known.root = session.root
      known.rootSince = end
    }
    const proved = device !== undefined && invoke.function === 'answer-device'
    if (proved && known.device !== device) {
      known.device = device
      known.deviceSince = end
    }
  }

  /** True if the node had accepted the user before that moment. */
  user(user: string, node: RegionName, before: Micros): boolean {
    const known = this.#find(user, node)
    return known !== undefined && known.since < before
  }

  /** True if the session is the last that the node accepted of the user, before that moment. */
  session(user: string, node: RegionName, root: number, before: Micros): boolean {
    const known = this.#find(user, node)
    return known?.root === root && known.rootSince < before
  }

  /** The password that the node accepted last, if it did before that moment. */
  label(user: string, node: RegionName, before: Micros): OperationId | undefined {
    const known = this.#find(user, node)
    return known !== undefined && known.labelSince < before ? known.label : undefined
  }

  /** True if the device is the last that proved itself to the node, before that moment. */
  device(user: string, node: RegionName, device: OperationId, before: Micros): boolean {
    const known = this.#find(user, node)
    return known?.device === device && known.deviceSince < before
  }

  #find(user: string, node: RegionName): Known | undefined {
    return this.#users.get(user)?.find((known) => known.node === node)
  }

  #ensure(user: string, node: RegionName): Known {
    const all = this.#users.get(user) ?? []
    if (all.length === 0) this.#users.set(user, all)
    const found = all.find((known) => known.node === node)
    if (found !== undefined) return found
    const known: Known = {
      node,
      since: Infinity,
      label: undefined,
      labelSince: Infinity,
      root: undefined,
      rootSince: Infinity,
      device: undefined,
      deviceSince: Infinity,
    }
    all.push(known)
    return known
  }
}
