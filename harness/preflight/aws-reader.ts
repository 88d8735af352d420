import { LimitError, UsageError } from '../kernel/errors.ts'
import type { AwsLibrary } from './aws-libraries.ts'
import { awsServices } from './aws-libraries.ts'
import { Unseen } from './check.ts'
import { type Endpoints, endpointOf } from './endpoints.ts'
import type { Reader, ReadInput, ReadName, ReadOutput } from './reads.ts'
import { reads } from './reads.ts'

/** What stands behind a reader. */
export interface AwsReaderOptions {
  readonly libraries: ReadonlyMap<string, AwsLibrary>
  readonly endpoints: Endpoints
  /** Instead of the standard chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Calls of the whole preflight; what would go beyond is unseen. */
  readonly callsMax: number
  /** How long an answer may take, 15 seconds where it is left out. */
  readonly requestMillisMax?: number
  /** Tries of one call, two where it is left out; the SDK pauses between them. */
  readonly attemptsMax?: number
  readonly signal: AbortSignal
}

/** How often one action was called in one Region. */
export interface CountedCalls {
  readonly action: ReadName
  readonly region: string
  readonly calls: number
}

const attemptsDefault = 2
const connectionMillisMax = 5_000
const requestMillisDefault = 15_000

interface Client {
  send(command: unknown, options: { readonly abortSignal: AbortSignal }): Promise<unknown>
  destroy(): void
}

/**
 * Reads AWS by its SDK. It can carry out the actions of `reads.ts` and no other, asks for the same
 * thing once, asks a service that does not answer no more, and counts its calls.
 */
export class AwsReader implements Reader {
  readonly #options: AwsReaderOptions
  readonly #clients = new Map<string, Client>()
  readonly #answers = new Map<string, Promise<unknown>>()
  readonly #counts = new Map<string, CountedCalls>()
  /** Services, by Region, that did not answer: waiting for each call again would take hours. */
  readonly #silent = new Set<string>()
  #calls = 0

  constructor(options: AwsReaderOptions) {
    this.#options = options
  }

  /** Every call so far, by action and Region. */
  get calls(): readonly CountedCalls[] {
    return [...this.#counts.values()].sort((a, b) => (label(a) < label(b) ? -1 : 1))
  }

  read<N extends ReadName>(
    name: N,
    region: string,
    input: ReadInput<N>,
  ): Promise<ReadOutput<N> | undefined> {
    const key = `${name}\n${region}\n${JSON.stringify(input)}`
    const held = this.#answers.get(key)
    if (held !== undefined) return held as Promise<ReadOutput<N> | undefined>
    const answer = this.#send(name, region, input)
    this.#answers.set(key, answer)
    return answer as Promise<ReadOutput<N> | undefined>
  }

  /** Closes what the clients hold open. */
  close(): void {
    for (const client of this.#clients.values()) client.destroy()
    this.#clients.clear()
  }

  async #send(name: ReadName, region: string, input: object): Promise<unknown> {
    const [service = '', operation = ''] = name.split(':')
    const library = this.#options.libraries.get(service)
    const Command = library?.[`${operation}Command`] as (new (input: object) => object) | undefined
    if (reads[name] === undefined || Command === undefined) {
      throw new LimitError(`${name} is no action that can be read`)
    }
    if (this.#calls >= this.#options.callsMax) {
      throw new Unseen(`the budget of ${this.#options.callsMax} calls is spent (--calls)`)
    }
    const place = `${service}\n${region}`
    if (this.#silent.has(place)) {
      throw new Unseen(`${name} in ${region} was not asked: ${service} there did not answer before`)
    }
    this.#count(name, region)
    try {
      const client = this.#client(service, region)
      return await client.send(new Command(input), { abortSignal: this.#options.signal })
    } catch (error) {
      this.#options.signal.throwIfAborted()
      if (isSilence(error)) this.#silent.add(place)
      return unlessAbsent(error, `${name} in ${region}`)
    }
  }

  #client(service: string, region: string): Client {
    const key = `${service}\n${region}`
    const held = this.#clients.get(key)
    if (held !== undefined) return held
    const { libraries, endpoints, credentials } = this.#options
    const name = awsServices[service]?.client ?? ''
    const Constructor = libraries.get(service)?.[name] as new (options: object) => Client
    const endpoint = endpointOf(endpoints, service, region)
    const client = new Constructor({
      region,
      maxAttempts: this.#options.attemptsMax ?? attemptsDefault,
      requestHandler: {
        connectionTimeout: connectionMillisMax,
        requestTimeout: this.#options.requestMillisMax ?? requestMillisDefault,
        throwOnRequestTimeout: true,
      },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    })
    this.#clients.set(key, client)
    return client
  }

  #count(action: ReadName, region: string): void {
    this.#calls += 1
    const key = `${action}\n${region}`
    const calls = (this.#counts.get(key)?.calls ?? 0) + 1
    this.#counts.set(key, { action, region, calls })
  }
}

function label({ action, region }: CountedCalls): string {
  return `${action}\n${region}`
}

/** No HTTP answer came: the time was up, or there was no connection. */
function isSilence(error: unknown): boolean {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown }
  return name === 'TimeoutError' || /^(?:ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT)/.test(`${code}`)
}

const absences = /NotFound|NoSuch|NonExistent/
const credentialTroubles = /^(?:CredentialsProviderError|TokenProviderError)$/

/** Answers undefined for what does not exist. @throws Unseen, UsageError without credentials */
function unlessAbsent(error: unknown, what: string): undefined {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (absences.test(name)) return undefined
  if (credentialTroubles.test(name)) {
    throw new UsageError(`there are no AWS credentials: ${message}`, {
      cause: error,
      hint: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as for the AWS CLI',
    })
  }
  const said = [name === 'Error' ? undefined : name, message].filter(Boolean).join(': ')
  throw new Unseen(`${what} was not answered: ${said.split('\n')[0]}`)
}
