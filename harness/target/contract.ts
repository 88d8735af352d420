import type {
  AnswerMeaning,
  JwksLine,
  RelyingPartyHeader,
  Role,
  TokenObservation,
} from '../history/line.ts'
import type {
  Operation,
  OperationFunction,
  OperationId,
  RegionName,
  RegisterName,
  RegisterValue,
} from '../history/operation.ts'
import type { HttpClient } from '../http/http.ts'
import type { Clock, TimeTravel, WallClock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import type { Random } from '../kernel/random.ts'
import type { Micros } from '../kernel/time.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Plan } from '../plan/plan.ts'
import type { Capabilities } from './capabilities.ts'
import type { ActiveDisturbance, Disturbance, RegionLoss } from './disturbance.ts'
import type { Casualty, ProgramPorts } from './program.ts'
import type { NodeFactory, RegionFactory } from './region.ts'
import type { RegionAddresses } from './region-addresses.ts'

export type { Capabilities } from './capabilities.ts'
export type { ActiveDisturbance, Direction, Disturbance, RegionLoss } from './disturbance.ts'
export type { Casualty } from './program.ts'

/** A directed connection that can be disturbed. */
export type LinkName = string

/** Ends of a link: `clients`, a Region or a node; the first opens the connection. */
export interface LinkPlan {
  readonly name: LinkName
  readonly from: 'clients' | RegionName
  readonly to: RegionName
  /** `api`: HTTP of the Region; otherwise a service that the Region listens for. */
  readonly service: string
  /** Whoever opens it sends its changes by it; absent: it fetches those of the other end. */
  readonly pushes?: true
  /** Clients speak TLS to it; what crosses the link itself is in the clear. */
  readonly tls?: true
  /** Bytes that prove that the link carries data: sent on a connection of their own. */
  readonly canary: {
    readonly send: string
    readonly expect: string
    /** The same with `{padding}` in both texts: so many bytes each way, up to `bytesMax`. */
    readonly padded?: {
      readonly send: string
      readonly expect: string
      readonly bytesMax: number
      /** Four bytes with the length of the whole go before what is sent. */
      readonly lengthFirst?: true
    }
  }
}

/** How to start one Region; a world uses the form that it understands. */
export interface RegionPlan {
  readonly name: RegionName
  readonly role: Role
  readonly settings: Json
  readonly launch: {
    readonly inProcess?: RegionFactory
    /** A module that is started as `node <module>`; it speaks the control channel of a child. */
    readonly command?: { readonly module: string }
  }
  /** Its module runs servers of its own: they end, pause and go on with it. */
  readonly family?: true
  /** How long it may take to serve, where that is more than `limits.regionReadyMillisMax`. */
  readonly readyMillisMax?: number
  /** What it answers past every link when it serves; absent: 200 on the path `/health`. */
  readonly serving?: { readonly send: string; readonly expect: string }
  /** Its wall clock is that of the machine: nothing sets it off, and only time moves it. */
  readonly wall?: 'machine'
}

/** What stands beside the Regions: applications that trust tokens, and the global endpoint. */
export type NodeKind = 'relying-party' | 'router'

/** How to start one node; it speaks the control channel as a Region does. */
export interface NodePlan {
  readonly name: string
  readonly kind: NodeKind
  readonly settings: Json
  readonly launch: {
    readonly inProcess?: NodeFactory
    readonly command?: { readonly module: string }
  }
}

/** A relying party that a scenario wants, by the kind that the target knows how to start. */
export interface RelyingPartyNeed {
  readonly name: string
  /** `jose`, `aws-jwt-verify`, `introspecting`, `caching-authorizer`, `web-application`. */
  readonly kind: string
  /** Caches, leeway, issuers, retries: see the relying parties' own settings. */
  readonly settings?: { readonly [field: string]: Json }
}

/** What a scenario wants to stand beside the two Regions. */
export interface StackNeeds {
  readonly relyingParties: readonly RelyingPartyNeed[]
  /** Settings of the global endpoint; absent: there is none. */
  readonly router?: { readonly [field: string]: Json }
  /** Clients reach Regions over TLS, in worlds that can carry it. */
  readonly tls?: boolean
  /** Switches of the target, by name, that the claim is about. The plan's own win. */
  readonly switches: Readonly<Record<string, Json>>
}

export interface Topology {
  readonly regions: readonly RegionPlan[]
  readonly nodes?: readonly NodePlan[]
  /** What the header of a history tells of the relying parties. */
  readonly relyingParties?: readonly RelyingPartyHeader[]
  /** Where switches make it another than the target's capabilities say. */
  readonly lockout?: Capabilities['lockout']
  readonly links: readonly LinkPlan[]
}

export interface CanaryResult {
  readonly passed: boolean
  /** Time until the expected bytes came back; the deadline where they did not. */
  readonly roundTripMicros: Micros
  /** `refused`, `reset`, `silent`, `passed`. */
  readonly outcome: 'passed' | 'refused' | 'reset' | 'silent'
}

/** A canary of any size: it shows what a link does to many bytes. */
export interface BulkCanary {
  readonly bytesMax: number
  /** Sends at least so many bytes, which have to come back. */
  send(bytes: number, deadline: Micros): Promise<CanaryResult>
}

/** What a TLS certificate can be to a client. */
export type CertificateState = 'good' | 'expired' | 'wrong-name' | 'untrusted'

/** The TLS end of a link, as faults see it. */
export interface LinkTls {
  /** From now on every connection is shown such a certificate; those that are open end. */
  present(state: CertificateState): Promise<void>
  /** A handshake on a connection of its own: `code` is `trusted`, or why it failed. */
  handshake(deadline: Micros): Promise<{ readonly trusted: boolean; readonly code: string }>
}

export interface RunningLink {
  readonly name: LinkName
  readonly from: 'clients' | RegionName
  readonly to: RegionName
  readonly service: string
  /** As in its plan. */
  readonly pushes?: true
  disturb(disturbance: Disturbance): Promise<ActiveDisturbance>
  /** Sends the canary on a fresh connection and waits for its answer, at most `deadline`. */
  canary(deadline: Micros): Promise<CanaryResult>
  /** Connections that it took so far, canaries too; absent where what carries it does not tell. */
  accepted?(): Promise<number>
  /** Absent where the plan has no padded canary. */
  readonly bulk?: BulkCanary
  /** Present where clients speak TLS to the link. */
  readonly tls?: LinkTls
  /**
   * Ends a fresh connection that carried a canary, and waits until the end comes back; undefined if
   * it does not within `deadline`.
   */
  closing(deadline: Micros): Promise<Micros | undefined>
}

export type RegionState = 'running' | 'paused' | 'stopped'

/** The life of a Region's process. */
export interface RegionLifecycle {
  /** Observed from outside, independent of what was asked for. */
  observe(): Promise<RegionState>
  /** SIGKILL; the disk stays as the process left it. */
  crash(): Promise<void>
  /** A crash that resolves as soon as nothing of it runs any more, whatever it still holds. */
  halt?(): Promise<void>
  /** Starts again from its disk; resolves when the Region is ready. */
  start(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Crash that drops or tears what was not synced. Only where the world can. */
  losePower?(): Promise<void>
  /** From now on the disk refuses what needs more room than it has (`ENOSPC`). */
  fillDisk?(): Promise<void>
  /** The disk has room again. */
  freeDisk?(): Promise<void>
  /** From now on every sync, of its own disk and of its databases', fails with `EIO`. */
  failSyncs?(): Promise<void>
  /** Syncs succeed again. What failed meanwhile is in doubt until a start reads the disk. */
  mendSyncs?(): Promise<void>
}

/** What a standby is: `away` where it does not answer. */
export type StandbyState = 'following' | 'promoted' | 'away'

/** The life of a Region's databases. */
export interface RegionDatabase extends RegionLifecycle {
  /** Where the world itself can promote a replica's standby; elsewhere the Region is told to. */
  readonly standby?: {
    /** As PostgreSQL says it. */
    observe(): Promise<StandbyState>
    promote(): Promise<void>
    /** Makes it anew, from its primary; resolves when it takes connections. */
    follow(): Promise<void>
  }
}

/** A bound on what the software of a Region and its databases may use, each for itself. */
export type MachineLimit =
  | { readonly kind: 'memory'; readonly megabytes: number }
  /** 1 is one processor. */
  | { readonly kind: 'cpu'; readonly share: number }

/** What a Region runs on, below every link. A disturbance that is lifted leaves it as it was. */
export interface RegionMachine {
  /** Takes it off the network that its links run over; lifted, it has the same address again. */
  disconnect(): Promise<ActiveDisturbance>
  /** Drops the packets that come to it, or leave it, over that network. */
  drop(direction: 'into' | 'out-of'): Promise<ActiveDisturbance>
  limit(limit: MachineLimit): Promise<ActiveDisturbance>
  /** The bounds in force as they show from within; absent: none. */
  limits(): Promise<{ readonly megabytes?: number; readonly share?: number }>
}

/** What the control channel tells of a Region, beside the data path. */
export interface RegionStatus {
  /** How often this Region started, from 1. */
  readonly boot: number
  /** Position in the change log: last durable on a primary, last applied on a replica. */
  readonly position: number
}

/** The control channel: it does not cross any link and no fault disturbs it. */
export interface RegionControl {
  status(): Promise<RegionStatus>
  /** Sets the offset of the Region's wall clock against true time. */
  setWallOffset(offset: Micros): Promise<void>
  /** The Region's own idea of wall-clock time, read over its API, not the control channel. */
  readWall(): Promise<number>
  /** A command that the Region's software understands, such as `messages`. */
  command(name: string, parameters: Json): Promise<Json>
}

export interface RunningRegion {
  readonly name: RegionName
  readonly role: Role
  /** HTTP over the `clients→<region>` link. */
  readonly http: HttpClient
  /** HTTP that crosses no link: for set-up, verification and JWKS snapshots only. */
  readonly direct: HttpClient
  readonly lifecycle: RegionLifecycle
  readonly control: RegionControl
  /** Its database alone, where it has one that is a process of its own. */
  readonly database?: RegionDatabase
  /** Where the world reaches below the links. */
  readonly machine?: RegionMachine
  /** Where the world can lose a Region, but not by ending it; see the fault `region-loss`. */
  readonly loss?: RegionLoss
  /** Where clients reach it, in worlds with sockets: `http://127.0.0.1:4711`. */
  readonly endpoint?: string
  /** The same for a target that does not speak HTTP. */
  readonly addresses?: RegionAddresses
  /** Whether it serves, past every link; present where its plan says what it answers then. */
  serves?(deadline: Micros): Promise<boolean>
}

/** A started node: reached over `clients→<node>`, reaching Regions over `<node>→<region>`. */
export interface RunningNode extends Omit<RunningRegion, 'role'> {
  readonly kind: NodeKind
}

/** A started topology. Disposal stops and removes everything, in reverse order. */
export interface RunningStack extends AsyncDisposable {
  readonly regions: readonly RunningRegion[]
  /** Absent where the topology has none. */
  readonly nodes?: readonly RunningNode[]
  readonly links: readonly RunningLink[]
  readonly clock: Clock
  /** The wall clock of clients: true time. */
  readonly wall: WallClock
  readonly timeTravel: TimeTravel
  /** Where Regions are processes: calls with each that dies by itself, those before included. */
  readonly onCasualty?: (listener: (casualty: Casualty) => void) => void
  /** What has to be done beside the clients' route where they fail over: a hook of the user's. */
  readonly failover?: (to: RegionName) => Promise<ActiveDisturbance>
  /** Regions tell no position: whoever waits for one waits as long as the lag is declared. */
  readonly positions?: 'unknown'
}

export type WorldName = Plan['world']

/** Where Regions live. */
export interface World {
  readonly name: WorldName
  start(topology: Topology): Promise<RunningStack>
}

/** What one attempt came to. `results` stay in memory: they are secrets. */
export interface Outcome {
  readonly type: 'ok' | 'fail' | 'info'
  readonly error?: {
    readonly code: string
    readonly status?: number
    readonly meaning?: AnswerMeaning
  }
  readonly observed?: readonly { readonly register: RegisterName; readonly value: RegisterValue }[]
  readonly tokens?: readonly TokenObservation[]
  readonly results?: Readonly<Record<string, string>>
  /** The Region that answered, where a router stands before it and says so. */
  readonly servedBy?: RegionName
}

/** Talks to one Region. One call is one attempt. It never throws for what the system answers. */
export interface IdentityClient {
  perform(operation: ResolvedOperation, signal: AbortSignal): Promise<Outcome>
}

/** An operation whose references were replaced by the earlier results. */
export interface ResolvedOperation extends Operation {
  readonly resolved: Readonly<Record<string, string>>
}

/** What the target may use besides the stack. */
export interface TargetPorts extends ProgramPorts {
  readonly plan: Plan
  readonly random: Random
  /** Key of token digests: from the seed in the sim world, random elsewhere, never written. */
  readonly digestKey: Uint8Array
  /** Takes each new JWKS snapshot into the history. */
  readonly onJwks: (line: Omit<JwksLine, 'at' | 'type'>) => void
  /**
   * What `prepare` makes at services elsewhere stands here (`serviceDetail`) before it exists, and
   * is released once it is gone; absent in virtual time. The target's module `undo` removes it.
   */
  readonly ledger?: Ledger
  /** Nothing is injected: people fail over by themselves, and canary users look on. */
  readonly observing?: boolean
  /** What the scenario says that it uses: what only these need is set up for them. */
  readonly functions?: readonly OperationFunction[]
}

/** A target that is set up on a running stack: pool, client and replica exist and are active. */
export interface TargetSession {
  connect(region: RunningRegion): IdentityClient
  /** Talks to a node: visits of a relying party, or the Regions behind the router. */
  connectNode?(node: RunningNode): IdentityClient
  /**
   * Whether the owner of the system still agrees, where the system itself says so; undefined where
   * it cannot be asked. One request.
   */
  consents?(signal: AbortSignal): Promise<boolean | undefined>
  /** Ends what `prepare` started beside the stack. Twice is no error. */
  close?(): Promise<unknown>
}

/** A kind of system under test. */
export interface Target {
  readonly name: string
  readonly model: boolean
  readonly capabilities: Capabilities
  /** Switches that a plan or a scenario may set, each with what it chooses among. */
  readonly switches?: Readonly<Record<string, readonly Json[]>>
  /** Kinds of relying parties that it can start; absent: whatever `topology` takes. */
  readonly relyingParties?: readonly string[]
  /**
   * Present where it asks for the consent of whose users it touches, so that `observe` may use it.
   * Says what the plan alone can tell, before anything is sent; `prepare` with `observing` asks the
   * system itself where that is where the consent stands.
   *
   * @throws UsageError naming what is missing.
   */
  observable?(plan: Plan): Promise<void>
  /** Worlds that can start it; all by default. */
  readonly worlds?: readonly WorldName[]
  /**
   * For a kind of systems of which only their owner knows what theirs can do: the same target with
   * the capabilities that the plan says. Asked once, before a run touches anything.
   *
   * @throws UsageError naming the field that is wrong.
   */
  configured?(plan: Plan): Promise<Target>
  topology(plan: Plan, needs?: StackNeeds): Promise<Topology>
  prepare(stack: RunningStack, ports: TargetPorts): Promise<TargetSession>
}

/** Results of earlier operations by id, in memory only. */
export type ResultStore = Map<OperationId, Readonly<Record<string, string>>>
