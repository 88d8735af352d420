import type { OperationId } from '../../history/operation.ts'
import { anySignal } from '../../kernel/any-signal.ts'
import type { Clock } from '../../kernel/clock.ts'
import { millis } from '../../kernel/time.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { serviceDetail } from '../../ledger/service.ts'
import type { DriverChannel } from './driver-channel.ts'
import type { DriverHello, PerformRequest } from './protocol.ts'

/** How long a request whose sender died may still take effect. */
const lateEffectMicros = millis(2_000)

/** So many users are removed at a time. */
const atOnceMax = 16

/** How long the removal at the end of a session may take, before it is left to `recover`. */
const removalMicrosMax = millis(60_000)

/** The operation of a removal: it writes nothing, and stands in no history. */
const removal: OperationId = 'clean-up'

/** A driver that can remove the users that it made, and show that they are gone. */
export function removesUsers({ functions }: DriverHello['capabilities']): boolean {
  return functions.includes('delete-user') && functions.includes('read-user')
}

/** Whom to ask, and where. */
export interface UserRemover {
  readonly channel: DriverChannel
  readonly clock: Clock
  /** Where changes are made: an endpoint that leads past every link. */
  readonly primary: { readonly name: string; readonly endpoint: string }
  readonly operationMillisMax: number
}

/**
 * Has a driver delete users and show that they are gone. What the deletion came to does not count:
 * a user that never was is gone, too.
 *
 * @returns Those that were not seen to be gone.
 */
export async function removeUsers(
  users: readonly string[],
  remover: UserRemover,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const left: string[] = []
  for (let from = 0; from < users.length; from += atOnceMax) {
    const some = users.slice(from, from + atOnceMax)
    const came = await Promise.all(some.map((user) => removeUser(user, remover, signal)))
    left.push(...some.filter((_, index) => came[index] !== 'gone'))
    // One that says nothing any more is not waited for again and again.
    if (came.every((one) => one === 'silent')) return [...left, ...users.slice(from + atOnceMax)]
  }
  return left
}

async function removeUser(
  user: string,
  { channel, clock, primary, operationMillisMax }: UserRemover,
  signal: AbortSignal,
): Promise<'gone' | 'there' | 'silent'> {
  const ask = (name: PerformRequest['function'], reads: string[]) =>
    channel.ask(
      {
        ...{ type: 'perform' as const, operation: removal, function: name, user, reads },
        ...{ region: primary.name, endpoint: primary.endpoint, arguments: {}, secrets: {} },
        deadlineMillis: operationMillisMax,
      },
      anySignal(signal, clock.timeout(millis(operationMillisMax))),
    )
  await ask('delete-user', [])
  const existence = `${user}/existence`
  const read = await ask('read-user', [existence])
  if (read.kind !== 'answer') return 'silent'
  const { answer } = read
  return answer.type === 'ok' && answer.observed?.[existence] === null ? 'gone' : 'there'
}

/** What is left, as a sentence without a full stop. */
export function leftText(left: readonly string[]): readonly string[] {
  const [first] = left
  if (first === undefined) return []
  return [
    left.length === 1
      ? `the driver did not show that user ${first} is gone`
      : `the driver did not show that ${left.length} users such as ${first} are gone`,
  ]
}

/** What a ledger keeps of a user beside the rest; `usersIn` finds it again. */
const userKey = 'user:'

/** The users that an entry of a ledger names. */
export function usersIn(detail: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(detail).flatMap((key) =>
    key.startsWith(userKey) ? [key.slice(userKey.length)] : [],
  )
}

/** How a session removes what it made. */
export interface MadeUsersOptions {
  readonly remover: UserRemover
  readonly ledger: Ledger | undefined
  /** For the ledger, such as `driver acme`. */
  readonly owner: string
  /** What the module `undo` needs. */
  readonly thing: Parameters<typeof serviceDetail>[0]
}

/** The users that one session made: in the ledger before they exist, and removed at its end. */
export class MadeUsers {
  readonly #options: MadeUsersOptions
  readonly #users = new Set<string>()
  #entry: Promise<string> | undefined
  #isLate = false
  #removed: Promise<readonly string[]> | undefined

  constructor(options: MadeUsersOptions) {
    this.#options = options
  }

  /** Writes down a user who is about to be made. */
  async expect(user: string): Promise<void> {
    if (this.#users.has(user)) return
    this.#users.add(user)
    const { ledger, owner, thing } = this.#options
    if (ledger === undefined) return
    this.#entry ??= ledger.intend('service', owner, serviceDetail(thing))
    await ledger.confirm(await this.#entry, { [`${userKey}${user}`]: true })
  }

  /** A user may come to be after the answer was given up. */
  expectLate(): void {
    this.#isLate = true
  }

  /** Removes them once, however often it is called. @returns What is left, as sentences. */
  remove(): Promise<readonly string[]> {
    this.#removed ??= this.#removeAll()
    return this.#removed
  }

  async #removeAll(): Promise<readonly string[]> {
    const { remover, ledger } = this.#options
    const users = [...this.#users]
    if (users.length === 0) return []
    const signal = remover.clock.timeout(removalMicrosMax)
    let left = await removeUsers(users, remover, signal)
    if (this.#isLate && left.length === 0) left = await removeLate(users, remover, signal)
    if (left.length === 0 && this.#entry !== undefined) await ledger?.release(await this.#entry)
    return leftText(left)
  }
}

/** A second look, after the time in which a request may still take effect. */
export async function removeLate(
  users: readonly string[],
  remover: UserRemover,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await remover.clock.sleep(lateEffectMicros, signal).catch(() => {})
  return removeUsers(users, remover, signal)
}
