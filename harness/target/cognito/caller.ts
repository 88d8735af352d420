import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { type Micros, millis, seconds } from '../../kernel/time.ts'
import type { ApiAnswer, ApiRequest, ApiSuccess } from '../reference/api.ts'
import type { CognitoApi } from './cognito-api.ts'

/** How long one request of set-up and removal may take. */
const requestDurationMax: Micros = seconds(10)

/** Pause before a request that was throttled, or whose answer did not come, is sent again. */
const repeatPause: Micros = millis(500)

/** Pause between two looks at something that is under way. */
const pollPause: Micros = millis(250)

/** Codes after which the same request may be answered another time. */
const passing: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'LimitExceededException',
  'ConcurrentModificationException',
  'InternalErrorException',
  'connection-refused',
  'connection-reset',
  'deadline',
  'not-sent',
  'server-error',
  'transport',
])

/**
 * Requests of set-up and removal at one Region: repeated where that may help, until the signal.
 * What drives users never goes through it: there one operation is one request.
 */
export class Caller {
  readonly #api: CognitoApi
  readonly #region: string
  readonly #clock: Clock
  readonly #signal: AbortSignal

  constructor(api: CognitoApi, region: string, clock: Clock, signal: AbortSignal) {
    this.#api = api
    this.#region = region
    this.#clock = clock
    this.#signal = signal
  }

  /** The last answer: a success, a refusal that stays, or what stood when time ran out. */
  async answer(operation: string, input: ApiRequest['input']): Promise<ApiAnswer> {
    for (;;) {
      const answer = await this.#api({ operation, input }, this.#clock.timeout(requestDurationMax))
      if (answer.ok || !passing.has(answer.code) || !(await this.#goesOn(repeatPause))) {
        return answer
      }
    }
  }

  /** @throws WorldError that quotes the answer, unless it is a success. */
  async must(operation: string, input: ApiRequest['input']): Promise<ApiSuccess['output']> {
    const answer = await this.answer(operation, input)
    if (answer.ok) return answer.output
    const hint = hintOf(answer.code, operation)
    throw new WorldError(`${this.#region} answered ${operation} with ${describe(answer)}`, {
      ...(hint === undefined ? {} : { hint }),
    })
  }

  /**
   * Asks again until the answer satisfies `holds`.
   *
   * @throws WorldError that quotes the last answer, when time runs out.
   */
  async until(
    operation: string,
    input: ApiRequest['input'],
    what: string,
    holds: (answer: ApiAnswer) => boolean,
  ): Promise<void> {
    for (;;) {
      const answer = await this.answer(operation, input)
      if (holds(answer)) return
      if (await this.#goesOn(pollPause)) continue
      throw new WorldError(
        `there was no time left before ${what}; the last answer of ${this.#region} to ` +
          `${operation} was ${describe(answer)}`,
      )
    }
  }

  /** Waits; false where time ran out meanwhile. */
  pause(duration: Micros): Promise<boolean> {
    return this.#goesOn(duration)
  }

  async #goesOn(pause: Micros): Promise<boolean> {
    if (this.#signal.aborted) return false
    await this.#clock.sleep(pause, this.#signal).catch(() => {})
    return !this.#signal.aborted
  }
}

/** An answer in words, without what it holds where it is a success. */
export function describe(answer: ApiAnswer): string {
  if (answer.ok) return 'a success'
  const status = answer.status === undefined ? '' : `${answer.status} `
  return `${status}${answer.code}${answer.message === undefined ? '' : ` (${answer.message})`}`
}

function hintOf(code: string, operation: string): string | undefined {
  if (code === 'no-credentials') return 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret'
  return code === 'AccessDeniedException' || code === 'NotAuthorizedException'
    ? `the caller needs the right cognito-idp:${operation}`
    : undefined
}
