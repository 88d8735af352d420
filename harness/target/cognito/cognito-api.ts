import { type HttpClient, HttpError } from '../../http/http.ts'
import { WorldError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import {
  type ApiAnswer,
  type ApiFailure,
  type ApiRequest,
  exchangeFailure,
  refusedAnswer,
} from '../reference/api.ts'
import { ForeignAnswer, httpTransport } from './http-transport.ts'
import type { SdkLibrary } from './sdk-library.ts'

/** Where a Region of the service is, and how its requests travel. */
export interface CognitoEndpoint {
  /** The Region that requests are signed for. */
  readonly region: string
  /** As the service knows itself: `https://cognito-idp.eu-west-1.amazonaws.com`. */
  readonly endpoint: string
  readonly http: HttpClient
}

/** The API of one Region through the SDK. One call is one attempt; no answer makes it throw. */
export type CognitoApi = (request: ApiRequest, signal?: AbortSignal) => Promise<ApiAnswer>

/** Where the service is where nobody says otherwise. */
export function publicEndpoint(region: string): string {
  return `https://cognito-idp.${region}.amazonaws.com`
}

/**
 * The API of a Region, with the credentials of the standard chain (environment, shared files,
 * container, instance), which are asked for when a request has to be signed.
 */
export function cognitoApi(
  library: SdkLibrary,
  { region, endpoint, http }: CognitoEndpoint,
): CognitoApi {
  const client = new library.CognitoIdentityProviderClient({
    region,
    endpoint,
    maxAttempts: 1,
    requestHandler: httpTransport(http),
  })
  return async ({ operation, input }, signal) => {
    const command = commandOf(library, operation)
    try {
      const options = signal === undefined ? {} : { abortSignal: signal }
      const { $metadata: _, ...output } = await client.send(new command(input as never), options)
      return { ok: true, output }
    } catch (error) {
      return failureOf(error, signal)
    }
  }
}

/**
 * Looks that there are credentials to sign with, before anything is changed.
 *
 * @throws WorldError that says which chain was tried.
 */
export async function requireCredentials(library: SdkLibrary, region: string): Promise<void> {
  const client = new library.CognitoIdentityProviderClient({ region })
  try {
    await client.config.credentials()
  } catch (error) {
    throw new WorldError('there are no AWS credentials to sign requests with', {
      cause: error,
      hint: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in by SSO',
    })
  } finally {
    client.destroy()
  }
}

type Command = new (
  input: never,
) => Parameters<InstanceType<SdkLibrary['CognitoIdentityProviderClient']>['send']>[0]

function commandOf(library: SdkLibrary, operation: string): Command {
  const found = (library as unknown as Record<string, Command | undefined>)[`${operation}Command`]
  invariant(found !== undefined, `the SDK has no operation ${operation}`)
  return found
}

function failureOf(error: unknown, signal: AbortSignal | undefined): ApiFailure {
  if (error instanceof HttpError || signal?.aborted) return exchangeFailure(error, signal)
  if (error instanceof ForeignAnswer) return refusedAnswer(error.status, undefined, '')
  if (!(error instanceof Error)) throw error
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError') {
    return { ok: false, code: 'no-credentials', message: error.message }
  }
  const { $metadata: { httpStatusCode: status } = {} } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  if (status === undefined) throw error
  return refusedAnswer(status, status === 200 ? undefined : error.name, error.message)
}
