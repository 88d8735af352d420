import type { HttpRequest } from './http.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const target = /^\/[\u0021-\u00ff]*$/
const value = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

/** What this side says itself, or cannot keep. */
const ownHeaders: ReadonlySet<string> = new Set([
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
])

const methodsWithBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * A request as it goes over a connection that is kept (RFC 9112).
 *
 * @param host - For requests that name no other in `host`.
 * @throws TypeError if something of it cannot stand in a request.
 */
export function requestBytes(request: HttpRequest, host: string): Buffer {
  const { method, path, headers, body } = request
  if (!token.test(method)) throw new TypeError('the method is no name')
  if (!target.test(path)) throw new TypeError('the path must begin with "/" and hold no space')
  let fields = ''
  let named = host
  let connection = 'keep-alive'
  for (const name in headers) {
    const text = headers[name]
    if (text === undefined) continue
    if (!token.test(name) || !value.test(text)) throw new TypeError(`header ${name} is malformed`)
    const lower = name.toLowerCase()
    if (ownHeaders.has(lower)) throw new TypeError(`header ${name} is not the caller's to set`)
    if (lower === 'host') named = text
    else if (lower === 'connection') connection = text
    else if (lower !== 'content-length') fields += `${name}: ${text}\r\n`
    else if (Number(text) !== body.byteLength) throw new TypeError('content-length is wrong')
  }
  if (body.byteLength > 0 || methodsWithBody.has(method)) {
    fields += `content-length: ${body.byteLength}\r\n`
  }
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${named}\r\nconnection: ${connection}\r\n${fields}\r\n`
  const bytes = Buffer.allocUnsafe(head.length + body.byteLength)
  bytes.write(head, 0, 'latin1')
  bytes.set(body, head.length)
  return bytes
}
