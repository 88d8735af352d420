import type { Finding } from '../checkers/checker.ts'
import type { CompletionLine } from '../history/line.ts'
import {
  type Argument,
  dataClassOf,
  type OperationFunction,
  type OperationId,
  type RegionName,
  type RegisterName,
} from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'
import { answerText, askText } from './story-words.ts'
import type { Timeline, TimelineFault } from './timeline.ts'
import { type Exchange, namedOperations } from './witness.ts'

/** One moment of a story, in the order of time. */
export type StoryEvent =
  | {
      readonly kind: 'ask'
      readonly at: Micros
      readonly operation: OperationId
      readonly lane: RegionName
      readonly text: string
    }
  | {
      readonly kind: 'answer'
      readonly at: Micros
      readonly operation: OperationId
      readonly lane: RegionName
      readonly outcome: CompletionLine['type']
      readonly text: string
    }
  | {
      readonly kind: 'fault'
      readonly at: Micros
      readonly begins: boolean
      readonly unavailable: readonly RegionName[]
      readonly text: string
    }
  | { readonly kind: 'route'; readonly at: Micros; readonly text: string }

/** The smallest excerpt of a history that shows one finding. */
export interface Story {
  readonly finding: Finding
  /** Regions and applications that take part, in the order of the timeline. */
  readonly lanes: readonly RegionName[]
  readonly events: readonly StoryEvent[]
}

const operationsMax = 7
const backgroundMax = 6

/** Uses of access: what a change that takes access away has to end. */
const accesses: ReadonlySet<OperationFunction> = new Set([
  'sign-in',
  'answer-totp',
  'refresh',
  'rotate',
  'use-token',
  'answer-srp',
  'admin-sign-in',
  'machine-sign-in',
  'open-sign-in-page',
  'submit-sign-in',
  'redeem-code',
  'answer-device',
  'replay-totp',
  'visit',
  'guess-password',
  'guess-code',
])

/**
 * Picks what one needs to see: the operation of the finding, what it refers to, the write that it
 * contradicts, and what each Region showed of it last, with the faults and switches around them.
 */
export function storyOf(
  finding: Finding,
  exchanges: readonly Exchange[],
  timeline: Pick<Timeline, 'faults' | 'routes' | 'lanes'>,
): Story | undefined {
  const chosen = chooseExchanges(finding, exchanges)
  const first = chosen[0]
  if (first === undefined) return undefined
  const registers = registersOf(finding, chosen)
  const spoken = chosen.flatMap((exchange) => eventsOf(exchange, registers))
  const span = { from: first.invoke.at, to: Math.max(...spoken.map(({ at }) => at)) }
  const taking = new Set(chosen.map(({ invoke }) => invoke.region))
  const around = background(timeline, span, taking)
  const order = { route: 0, fault: 1, ask: 2, answer: 3 } as const
  const events = [...spoken, ...around].sort((a, b) => a.at - b.at || order[a.kind] - order[b.kind])
  const lanes = timeline.lanes.map(({ name }) => name).filter((name) => taking.has(name))
  const others = [...taking].filter((name) => !lanes.includes(name)).sort()
  return { finding, lanes: [...lanes, ...others], events }
}

function eventsOf(
  { invoke, completion }: Exchange,
  registers: ReadonlySet<RegisterName>,
): readonly StoryEvent[] {
  const { operation, region: lane } = invoke
  const ask: StoryEvent = { kind: 'ask', at: invoke.at, operation, lane, text: askText(invoke) }
  if (completion === undefined) return [ask]
  const { at, type: outcome } = completion
  const text = answerText(completion, registers)
  return [ask, { kind: 'answer', at, operation, lane, outcome, text }]
}

/** The operations of a story, in the order of their invocation. */
function chooseExchanges(finding: Finding, exchanges: readonly Exchange[]): readonly Exchange[] {
  const byId = new Map(exchanges.map((exchange) => [exchange.invoke.operation, exchange]))
  const seeds = namedOperations(finding).flatMap((id) => byId.get(id) ?? [])
  const chosen = new Set<Exchange>(seeds)
  const own = exchanges.filter(({ invoke }) =>
    seeds.some((seed) => seed.invoke.user === invoke.user),
  )
  for (const seed of seeds) for (const one of contradicted(seed, own)) chosen.add(one)
  const registers = registersOf(finding, seeds)
  for (const register of registers) {
    for (const one of shown(register, seeds, own)) chosen.add(one)
  }
  for (const one of chosen) {
    for (const id of referred(one)) {
      const earlier = byId.get(id)
      if (earlier !== undefined) chosen.add(earlier)
    }
  }
  return [...chosen].slice(0, operationsMax).sort((a, b) => a.invoke.at - b.invoke.at)
}

/** For a use of access: the change that forbids it, the lock before it, the first refusal after. */
function contradicted(seed: Exchange, own: readonly Exchange[]): readonly Exchange[] {
  const { function: fn, at, region } = seed.invoke
  if (!accesses.has(fn)) return []
  const before = own.filter(({ completion }) => completion !== undefined && completion.at <= at)
  const change = before.findLast(({ invoke, completion }) => {
    const writes = invoke.writes ?? []
    const takesAway = (write: (typeof writes)[number]): boolean =>
      dataClassOf(write, invoke.function) === 'deauthorisation'
    return completion?.type === 'ok' && writes.some(takesAway)
  })
  const lock = before.findLast(({ completion }) => completion?.error?.meaning === 'locked')
  const refusal = own.find(
    ({ invoke, completion }) =>
      invoke.at > at &&
      invoke.region === region &&
      invoke.function === fn &&
      completion?.type === 'fail',
  )
  return [change, lock, refusal].flatMap((one) => one ?? [])
}

/** Registers that a finding names; else those that its operations write, else what they read. */
function registersOf(finding: Finding, seeds: readonly Exchange[]): ReadonlySet<RegisterName> {
  const written = seeds.flatMap(({ invoke }) => (invoke.writes ?? []).map((one) => one.register))
  const read = seeds.flatMap(({ invoke }) => invoke.reads ?? [])
  const named = [...written, ...read].filter((register) => finding.message.includes(register))
  const all = named.length > 0 ? named : written.length > 0 ? written : read
  return new Set(all.slice(0, 3))
}

/** The write that a register shows, and what each Region showed of it around the seeds. */
function shown(
  register: RegisterName,
  seeds: readonly Exchange[],
  own: readonly Exchange[],
): readonly Exchange[] {
  const end = Math.max(...seeds.map(({ invoke }) => invoke.at))
  const writes = own.filter(
    ({ invoke, completion }) =>
      completion?.type === 'ok' && invoke.writes?.some((write) => write.register === register),
  )
  const lastWrite = writes.findLast(({ invoke }) => invoke.at <= end)
  const reads = own.filter(({ completion }) =>
    completion?.observed?.some((observed) => observed.register === register),
  )
  const regions = [...new Set(reads.map(({ invoke }) => invoke.region))]
  const last = regions.flatMap(
    (region) => reads.findLast(({ invoke }) => invoke.region === region) ?? [],
  )
  const isRead = seeds.some(({ completion }) => completion?.observed !== undefined)
  const before = reads.findLast(
    ({ invoke }) => invoke.at < end && !seeds.some((seed) => seed.invoke === invoke),
  )
  return [lastWrite, ...(isRead ? [before] : last)].flatMap((one) => one ?? [])
}

/** Operations whose results or values the arguments refer to. */
function referred({ invoke }: Exchange): readonly OperationId[] {
  return Object.values(invoke.arguments).flatMap((argument: Argument) => {
    if (typeof argument === 'string') return /^op\d+$/.test(argument) ? [argument] : []
    if (typeof argument !== 'object' || argument === null || !('from' in argument)) return []
    return typeof argument.from === 'string' ? [argument.from] : []
  })
}

/** Faults on the Regions that take part and switches of the route, within the span. */
function background(
  { faults, routes }: Pick<Timeline, 'faults' | 'routes'>,
  span: { readonly from: Micros; readonly to: Micros },
  taking: ReadonlySet<RegionName>,
): readonly StoryEvent[] {
  const touching = faults.filter(
    ({ start, end, regions }) =>
      start <= span.to && end >= span.from && regions.some((region) => taking.has(region)),
  )
  const switches = routes
    .slice(1)
    .filter(({ at }) => at >= span.from && at <= span.to)
    .map(({ at, region }): StoryEvent => ({ kind: 'route', at, text: `clients go to ${region}` }))
  return [...touching.flatMap((fault) => faultEvents(fault, span)), ...switches].slice(
    0,
    backgroundMax,
  )
}

function faultEvents(
  { kind, regions, unavailable, start, end, healed }: TimelineFault,
  span: { readonly from: Micros; readonly to: Micros },
): readonly StoryEvent[] {
  const where = (unavailable.length > 0 ? unavailable : regions).join(', ')
  const event = (at: Micros, begins: boolean, text: string): StoryEvent => {
    return { kind: 'fault', at, begins, unavailable, text }
  }
  return [
    event(
      Math.max(start, span.from),
      true,
      `${kind} on ${where}${start < span.from ? ', since before' : ''}`,
    ),
    ...(healed && end <= span.to ? [event(end, false, `${kind} healed`)] : []),
  ]
}
