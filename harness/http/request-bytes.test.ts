import { expect, test } from 'vitest'
import type { HttpRequest } from './http.ts'
import { requestBytes } from './request-bytes.ts'

const post = (more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  path: '/users?limit=2',
  headers: { 'content-type': 'text/plain', 'x-name': 'Ren\u00e9' },
  body: Buffer.from('tea'),
  ...more,
})

const text = (request: HttpRequest): string =>
  requestBytes(request, '127.0.0.1:80').toString('latin1')

test('a request says where it goes, what it carries and how long that is', () => {
  expect(text(post())).toBe(
    'POST /users?limit=2 HTTP/1.1\r\nhost: 127.0.0.1:80\r\nconnection: keep-alive\r\n' +
      'content-type: text/plain\r\nx-name: Ren\u00e9\r\ncontent-length: 3\r\n\r\ntea',
  )
})

test('a host of its own is the one that is named', () => {
  const request = post({ method: 'GET', headers: { host: 'pool.example' }, body: Buffer.alloc(0) })
  expect(text(request)).toBe(
    'GET /users?limit=2 HTTP/1.1\r\nhost: pool.example\r\nconnection: keep-alive\r\n\r\n',
  )
})

test('whoever wants the connection to end after the answer says so', () => {
  expect(text(post({ headers: { Connection: 'close' } }))).toContain('\r\nconnection: close\r\n')
})

test('a body that may be there and is empty is said to be', () => {
  expect(text(post({ headers: { 'content-length': '0' }, body: new Uint8Array(0) }))).toContain(
    'content-length: 0\r\n\r\n',
  )
})

test.each<[string, Partial<HttpRequest>]>([
  ['a line end in a value', { headers: { a: 'b\r\nc: d' } }],
  ['a line end in a name', { headers: { 'a\r\nb': 'c' } }],
  ['a character beyond Latin-1', { headers: { a: '\u20ac' } }],
  ['a space in the path', { path: '/a b' }],
  ['a path that is none', { path: 'http://other/' }],
  ['a method that is none', { method: 'GET /' }],
  ['another length', { headers: { 'content-length': '4' } }],
  ['its own framing', { headers: { 'Transfer-Encoding': 'chunked' } }],
  ['another protocol', { headers: { upgrade: 'h2c' } }],
])('%s is refused', (_name, more) => {
  expect(() => text(post(more))).toThrow(TypeError)
})
