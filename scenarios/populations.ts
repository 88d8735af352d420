import {
  access,
  type Operation,
  type Performed,
  type RegionName,
  type RetryPolicy,
  type ScenarioContext,
  type SignedIn,
  type Stream,
  seconds,
} from 'interregnum'

/** Longer than a recovery may take: not recovering must show as such. */
export const patience = seconds(12)

/** Successes in a row that end an outage. */
export const successesInRow = 20

/** Successes in a row before a fault. */
const runningInRow = 4

/** So many failures are no accident of the moment in which a fault was injected. */
const failuresSeen = 3

type Intent = Omit<Operation, 'id'>

/** Clients of one kind, who come at a fixed rate and never wait for earlier answers. */
export interface Population {
  readonly stream: Stream
  /** Waits until they have begun to be served. */
  untilRunning(): Promise<void>
  /** Waits until some of them were not served. */
  untilFailing(): Promise<void>
  /** Waits until they have been served so many times in a row. */
  untilServed(): Promise<void>
}

/** What a kind of clients does. */
export interface Habits {
  /** `sdk`, `hosted`, `machine`, `sticky`. */
  readonly population: string
  readonly ratePerSecond: number
  readonly operation: (ordinal: number) => Intent
  readonly retry?: RetryPolicy
  readonly answered?: (performed: Performed) => void
}

type Used = Pick<ScenarioContext, 'workload' | 'clock' | 'signal'>

/** Starts a population of recovery probes; whoever starts it stops its stream. */
export function population({ workload, clock, signal }: Used, habits: Habits): Population {
  let failures = 0
  const stream = workload.stream({
    ratePerSecond: habits.ratePerSecond,
    operation: (ordinal) => ({
      ...habits.operation(ordinal),
      purpose: 'recovery-probe',
      population: habits.population,
    }),
    answered: (performed) => {
      if (performed.type !== 'ok') failures += 1
      habits.answered?.(performed)
    },
    ...(habits.retry === undefined ? {} : { retry: habits.retry }),
  })
  return {
    stream,
    untilRunning: async () => {
      await stream.untilOk(runningInRow, patience)
    },
    untilFailing: async () => {
      const wanted = failures + failuresSeen
      const deadline = clock.monotonic() + patience
      while (failures < wanted && clock.monotonic() < deadline) await clock.sleep(5_000, signal)
    },
    untilServed: async () => {
      await stream.untilOk(successesInRow, patience)
    },
  }
}

/**
 * The sessions one after the other.
 *
 * @throws where nobody could sign in.
 */
export function inTurn(sessions: readonly SignedIn[], ordinal: number): SignedIn {
  const session = sessions[ordinal % sessions.length]
  if (session === undefined) throw new Error('nobody could sign in')
  return session
}

/** Users who hold a token and show it to wherever their client finds a Region. */
export function tokenHolders(
  sessions: readonly SignedIn[],
  to: () => RegionName,
): Habits['operation'] {
  return (ordinal) => {
    const { user, operation } = inTurn(sessions, ordinal)
    return access.presentToken(user, operation, { to: to(), purpose: 'recovery-probe' })
  }
}

/**
 * People in browsers: each arrival is the next step of the sign-in that waits longest for one, or
 * the first of another. A step that fails ends its sign-in.
 */
export function browsers(
  { workload }: Pick<Used, 'workload'>,
  users: readonly string[],
  to: string,
): Pick<Habits, 'operation' | 'answered'> {
  const waiting: Intent[] = []
  const step = (user: string, what: Pick<Operation, 'function' | 'arguments'>): Intent => ({
    ...what,
    user,
    to,
    purpose: 'recovery-probe',
  })
  return {
    operation: (ordinal) =>
      waiting.shift() ??
      step(users[ordinal % users.length] ?? '', { function: 'open-sign-in-page', arguments: {} }),
    answered: ({ user, operation: from, results }) => {
      if (results.includes('page')) {
        const password = workload.passwordOf(user) ?? ''
        const page = { from, field: 'page' } as const
        waiting.push(step(user, { function: 'submit-sign-in', arguments: { page, password } }))
      }
      if (results.includes('code')) {
        const code = { from, field: 'code' } as const
        waiting.push(step(user, { function: 'redeem-code', arguments: { code } }))
      }
    },
  }
}

/** A server that signs in with the secret of its machine client. */
export function machines(to: string): Habits['operation'] {
  return () => ({
    function: 'machine-sign-in',
    user: 'machine',
    to,
    purpose: 'recovery-probe',
    arguments: { secret: 'first' },
  })
}
