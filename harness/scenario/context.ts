import type { AnswerMeaning } from '../history/line.ts'
import type {
  Operation,
  OperationFunction,
  Purpose,
  RegionName,
  ResultField,
} from '../history/operation.ts'
import type { Clock, TimeTravel } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import type { Micros } from '../kernel/time.ts'
import type { Direction, LinkName } from '../target/contract.ts'

/** A condition on the history (or on time) that work can wait for or a fault be triggered by. */
export type Condition =
  /** So many operations of this kind acknowledged since the condition was first asked for. */
  | { readonly kind: 'acknowledged'; readonly count: number; readonly function?: OperationFunction }
  /** So many operations completed in any way. */
  | { readonly kind: 'completed'; readonly count: number }
  /** Time since the condition was first asked for. */
  | { readonly kind: 'elapsed'; readonly duration: Micros }

/** How often each function is drawn; weights are relative. */
export type Mix = Readonly<Partial<Record<OperationFunction, number>>>

export interface TrafficOptions {
  readonly mix: Mix
  /** Open arrivals: the next operation does not wait for earlier answers. */
  readonly ratePerSecond: number
  /** Where to send: the clients' route unless a Region is named. */
  readonly to?: 'route' | RegionName
}

/** A running stream of operations. */
export interface Traffic {
  /** Waits until the condition holds while operations flow. */
  until(condition: Condition): Promise<void>
  /** No further operation is emitted; waits for those under way. */
  stop(): Promise<void>
}

/** A user of the population, by name: its secrets are not here. */
export type UserName = string

export interface SignedIn {
  readonly user: UserName
  /** The operation whose results hold the tokens. */
  readonly operation: string
}

/** Users that stand ready, each for one kind of change. */
export interface PreparedChanges {
  /**
   * Makes one change of every kind: a password, a disable, a delete, a revocation, an attribute
   * overwritten twice, one written once, and a new account.
   */
  make(): Promise<void>
}

/** Drives real operations through the Regions. */
export interface Workload {
  /** Creates `count` users on the clients' route, each acknowledged, and returns their names. */
  population(count: number): Promise<readonly UserName[]>
  /** Creates users that no traffic ever touches: what becomes of their tokens is certain. */
  bystanders(count: number): Promise<readonly UserName[]>
  /** Creates users for {@link PreparedChanges}: what random traffic may miss is then there. */
  prepareChanges(): Promise<PreparedChanges>
  /** Waits until what was acknowledged so far is on the replica too, while traffic goes on. */
  replicated(): Promise<void>
  /** Starts traffic over the population. Users are created, changed, disabled, deleted by it. */
  traffic(options: TrafficOptions): Traffic
  /** Signs users in; only those that succeeded are returned. */
  signIn(users: readonly UserName[], to?: RegionName): Promise<readonly SignedIn[]>
  /** Presents the access token of each sign-in to a Region (purpose `token-probe`). */
  presentTokens(sessions: readonly SignedIn[], to: RegionName): Promise<void>
  /** Redeems the refresh token of each sign-in at a Region. */
  refresh(sessions: readonly SignedIn[], to: RegionName): Promise<void>
  /** Reads every register written in the run, in one Region. */
  sweep(region: RegionName, purpose: Purpose): Promise<void>
  /** The cutover read: sweep of the replica between its two marks. */
  cutoverRead(region: RegionName): Promise<void>
  /** Writers stopped, everything healed: sweeps both Regions until equal twice, or the bound. */
  converge(): Promise<void>
  /** Polls one register's visibility on the replica after each of `count` fresh writes. */
  measureLag(count: number): Promise<void>
  /** Sign-in probes at a fixed rate on the clients' route that never wait for answers. */
  probe(options: { readonly ratePerSecond: number }): Probe
  /** One operation as written; true if it was acknowledged. */
  perform(operation: Omit<Operation, 'id'>): Promise<boolean>
  /** One operation as written, and what it came to without its secrets. */
  attempt(operation: Omit<Operation, 'id'>): Promise<Performed>
  /** Label of the newest password that the user was acknowledged, to sign in with. */
  passwordOf(user: UserName): string | undefined
  /** Operations at a fixed rate that never wait for earlier answers. */
  stream(options: StreamOptions): Stream
}

/** What one operation came to, without its secrets. */
export interface Performed {
  /** Its id: later operations refer to its results by it. */
  readonly operation: string
  readonly user: UserName
  /** `unsent`: an earlier result that it needs does not exist. */
  readonly type: 'ok' | 'fail' | 'info' | 'unsent'
  readonly error?: string
  readonly meaning?: AnswerMeaning
  readonly results: readonly ResultField[]
}

/** What a population does when an attempt is not answered as wanted; nothing by default. */
export interface RetryPolicy {
  readonly attemptsMax: number
  /** Pause before the first repetition; it doubles with each. */
  readonly backoffMillis: number
}

export interface StreamOptions {
  readonly ratePerSecond: number
  /** The operation of arrival `ordinal` (from 0); undefined: none at this arrival. */
  readonly operation: (ordinal: number) => Omit<Operation, 'id'> | undefined
  readonly retry?: RetryPolicy
  /** Called with what an arrival came to in the end; it must not throw. */
  readonly answered?: (performed: Performed) => void
}

/** A running stream of arrivals. */
export interface Stream {
  /** Waits until the last `count` arrivals in a row were `ok`, at most `within`. */
  untilOk(count: number, within: Micros): Promise<boolean>
  /** Waits until the last `count` arrivals in a row were refused, at most `within`. */
  untilRefused(count: number, within: Micros): Promise<boolean>
  /** No further arrival; waits for those under way. */
  stop(): Promise<void>
}

/** Open-arrival probes of availability. */
export interface Probe {
  /** Waits for a run of `count` successes in a row, at most `within`. */
  untilHealthy(count: number, within: Micros): Promise<boolean>
  stop(): Promise<void>
}

/** The faults that a scenario can inject, by name, with their parameters. */
export interface FaultParameters {
  readonly cut: { readonly link: LinkName }
  readonly 'black-hole': { readonly link: LinkName }
  readonly 'one-way': { readonly link: LinkName; readonly direction: Exclude<Direction, 'both'> }
  readonly hold: { readonly link: LinkName }
  readonly 'certificate-expired': { readonly link: LinkName }
  readonly 'certificate-wrong-name': { readonly link: LinkName }
  readonly 'certificate-untrusted': { readonly link: LinkName }
  readonly latency: {
    readonly link: LinkName
    readonly latencyMillis: number
    readonly jitterMillis?: number
  }
  readonly 'process-crash': { readonly region: RegionName }
  /** The database of the Region alone; the Region itself lives on. */
  readonly 'database-crash': { readonly region: RegionName }
  /** The standby of a replica becomes a primary of its own; healed when it follows again. */
  readonly 'database-promotion': { readonly region: RegionName }
  /**
   * A replica becomes a primary of its own. Healed when the one that yields follows the other:
   * `promoted` (the default) or `primary`; what only that one had is gone then.
   */
  readonly promotion: { readonly region: RegionName; readonly yields?: 'promoted' | 'primary' }
  /** Crash and start again from its disk; nothing is left to heal. */
  readonly restart: { readonly region: RegionName }
  readonly pause: { readonly region: RegionName }
  readonly 'power-loss': { readonly region: RegionName }
  readonly 'clock-skew': { readonly region: RegionName; readonly offsetMillis: number }
  readonly 'region-loss': { readonly region: RegionName }
  /** The clients' route; its heal is the failback. */
  readonly failover: { readonly to: RegionName }
  readonly bandwidth: { readonly link: LinkName; readonly kilobytesPerSecond: number }
  readonly 'slow-close': { readonly link: LinkName; readonly delayMillis: number }
  readonly slicer: {
    readonly link: LinkName
    readonly averageBytes: number
    readonly variationBytes?: number
    readonly delayMicros: number
  }
  readonly 'limit-data': {
    readonly link: LinkName
    readonly bytes: number
    readonly direction?: Exclude<Direction, 'both'>
  }
  readonly 'reset-peer': {
    readonly link: LinkName
    readonly afterMillis?: number
    readonly direction?: Exclude<Direction, 'both'>
  }
  readonly 'disk-full': { readonly region: RegionName }
  /** Every sync of the Region's disk and of its databases' fails. */
  readonly 'fsync-fails': { readonly region: RegionName }
  /** The Region is taken off the network below its links. */
  readonly 'network-disconnect': { readonly region: RegionName }
  readonly 'network-one-way-drop': {
    readonly region: RegionName
    readonly direction: 'into' | 'out-of'
  }
  readonly 'memory-limit': { readonly region: RegionName; readonly megabytes: number }
  /** 1 is one processor. */
  readonly 'cpu-limit': { readonly region: RegionName; readonly share: number }
  readonly throttling: {
    readonly region: RegionName
    readonly category: string
    readonly perSecond: number
  }
  /** Without a delay the share of sign-ins fails. */
  readonly 'grey-failure': {
    readonly region: RegionName
    readonly share: number
    readonly delayMillis?: number
  }
  readonly 'slow-dependency': {
    readonly region: RegionName
    readonly dependency: string
    readonly delayMillis: number
  }
  readonly 'failing-dependency': { readonly region: RegionName; readonly dependency: string }
  readonly 'management-down': { readonly region: RegionName }
  /** New keys for every pool; nothing is left to heal. */
  readonly 'signing-key-rotation': { readonly region: RegionName }
  readonly 'health-flip': { readonly region: RegionName; readonly status: 'up' | 'down' }
  /** Is over when it is applied; nothing is left to heal. */
  readonly 'health-flapping': {
    readonly region: RegionName
    readonly times: number
    readonly periodMillis: number
  }
}

export type FaultName = keyof FaultParameters

/** A fault that was injected and verified. */
export interface InjectedFault {
  readonly id: string
  /** Undoes it and verifies that it is undone. For process faults: the restart from disk. */
  heal(): Promise<void>
}

export interface Nemesis {
  /** Applies and verifies a fault, at once or as soon as `when` holds. */
  inject<F extends FaultName>(
    fault: F,
    parameters: FaultParameters[F],
    options?: { readonly when?: Condition },
  ): Promise<InjectedFault>
  /** Heals everything that is still in force, the newest first. */
  healAll(): Promise<void>
}

/** How clients of a population find a Region. */
export interface ResolverOptions {
  /** How long an answer of the resolver may be kept. */
  readonly ttlMillis: number
  /** False: the first answer is kept for good, as by a connection pool that never looks again. */
  readonly honoursTtl: boolean
}

/** Where clients go. */
export interface Clients {
  readonly route: RegionName
  /**
   * A resolver of the route with a memory: each call answers the Region that a client would use.
   */
  resolver(options: ResolverOptions): () => RegionName
  /** Switches the clients' route to the replica. */
  failover(): Promise<void>
  /** Switches it back to the primary. */
  failback(): Promise<void>
}

export interface ScenarioRegion {
  readonly name: RegionName
}

/** The global endpoint: an operation with `to: router.name` goes wherever it leads. */
export interface ScenarioRouter extends ScenarioRegion {
  /** Waits until it leads to the Region, at most `within`; false if it does not. */
  leadsTo(region: RegionName, within: Micros): Promise<boolean>
}

/** All that a scenario's script can reach. */
export interface ScenarioContext {
  readonly primary: ScenarioRegion
  readonly replica: ScenarioRegion
  /** The nodes that the scenario asked for, by name. */
  readonly relyingParties: readonly ScenarioRegion[]
  /** The global endpoint, where the scenario asked for one. */
  readonly router?: ScenarioRouter
  readonly links: {
    readonly replication: LinkName
    readonly clientsToPrimary: LinkName
    readonly clientsToReplica: LinkName
    /** The link over which a node reaches a Region. */
    readonly between: (node: string, region: RegionName) => LinkName
  }
  /** Wall clocks of all Regions and clients, moved together where the world can. */
  readonly timeTravel: TimeTravel
  readonly workload: Workload
  readonly nemesis: Nemesis
  readonly clients: Clients
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}
