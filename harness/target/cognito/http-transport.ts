import { Readable } from 'node:stream'
import type { HttpClient } from '../../http/http.ts'
import type { SdkLibrary } from './sdk-library.ts'

/** An answer that the service did not give: the page of a router, or of whoever took its place. */
export class ForeignAnswer extends Error {
  readonly status: number

  constructor(status: number) {
    super(`an answer of status ${status} that is not of the API`)
    this.name = 'ForeignAnswer'
    this.status = status
  }
}

type ClientOptions = NonNullable<
  ConstructorParameters<SdkLibrary['CognitoIdentityProviderClient']>[0]
>

type Transport = NonNullable<ClientOptions['requestHandler']>

/** The part of a request of the SDK that is sent. */
interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/**
 * Carries the requests of the SDK over a client of the harness, so that the links lie on their way
 * and what a broken exchange means is known: one request is one attempt.
 */
export function httpTransport(http: HttpClient): Transport {
  return {
    handle: async (
      request: SignedRequest,
      { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
    ) => {
      const answer = await http.send(
        {
          method: request.method,
          path: request.path,
          headers: withoutLength(request.headers),
          body: bytesOf(request.body ?? ''),
        },
        abortSignal,
      )
      const { status: statusCode, headers } = answer
      if (!isOfApi(headers)) throw new ForeignAnswer(statusCode)
      return { response: { statusCode, headers, body: Readable.from([answer.body]) } }
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {},
  } as unknown as Transport
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body)
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
}

/** The length is counted where the body is sent. */
function withoutLength(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'),
  )
}

function isOfApi(headers: Readonly<Record<string, string>>): boolean {
  const type = headers['content-type'] ?? ''
  return type.startsWith('application/x-amz-json') || headers['x-amzn-errortype'] !== undefined
}
