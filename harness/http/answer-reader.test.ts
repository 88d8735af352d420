import { describe, expect, test } from 'vitest'
import { AnswerError, AnswerReader } from './answer-reader.ts'

// Goal: an answer is read the same however its bytes are cut, and what is ambiguous is refused.
// Method: each answer is given whole, byte by byte, and cut at every place.

interface Read {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly reusable: boolean
}

function readIn(pieces: readonly Buffer[], method = 'GET'): Read | 'unfinished' {
  const reader = new AnswerReader(1_000)
  reader.begin(method)
  let whole = false
  for (const piece of pieces) whole = reader.take(piece) || whole
  if (!whole && !reader.end()) return 'unfinished'
  const { status, body, headers } = reader.answer()
  return { status, body: Buffer.from(body).toString(), headers, reusable: reader.reusable }
}

function everyCut(text: string): readonly (readonly Buffer[])[] {
  const bytes = Buffer.from(text, 'latin1')
  const cuts = Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)])
  return [[bytes], Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)), ...cuts.slice(1)]
}

const head = 'HTTP/1.1 200 OK\r\n'

describe('an answer', () => {
  test.each<[string, string, Omit<Read, 'headers'>]>([
    ['with a length', `${head}Content-Length: 2\r\n\r\nok`, done('ok')],
    ['without a body', `${head}Content-Length: 0\r\n\r\n`, done('')],
    ['of status 204', 'HTTP/1.1 204 No Content\r\n\r\n', done('', { status: 204 })],
    ['without a reason', 'HTTP/1.1 404\r\ncontent-length: 1\r\n\r\nx', done('x', { status: 404 })],
    [
      'after an interim one',
      `HTTP/1.1 103 Early\r\na: b\r\n\r\n${head}content-length: 1\r\n\r\nx`,
      done('x'),
    ],
    [
      'in chunks',
      `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a;x=y\r\n0123456789\r\n0\r\n\r\n`,
      done('abc0123456789'),
    ],
    [
      'in chunks with trailers',
      `${head}Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nt: u\r\n\r\n`,
      done('a'),
    ],
    ['until the end', `${head}\r\nall of it`, done('all of it', { reusable: false })],
    [
      'that closes',
      `${head}Connection: close\r\ncontent-length: 1\r\n\r\nx`,
      done('x', { reusable: false }),
    ],
    [
      'of HTTP/1.0',
      'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx',
      done('x', { reusable: false }),
    ],
    ['that goes on', `${head}content-length: 1\r\n\r\nxHTTP/1.1`, done('x', { reusable: false })],
  ])('%s is the same however it is cut', (_name, text, expected) => {
    const reads = everyCut(text).map((pieces) => readIn(pieces))
    for (const read of reads)
      expect(read).toMatchObject({ ...expected, reusable: expect.anything() })
    expect(reads[0]).toMatchObject(expected)
  })

  test('to HEAD has no body, whatever its length says', () => {
    const read = readIn([Buffer.from(`${head}content-length: 700000\r\n\r\n`)], 'HEAD')
    expect(read).toMatchObject({ status: 200, body: '', reusable: true })
  })

  test('has each header once, in lower case', () => {
    const fields = 'X-A:  one \r\nx-a: two\r\nconstructor: c\r\nKeep-Alive: timeout=5\r\n'
    const read = readIn([Buffer.from(`${head}${fields}content-length: 0\r\n\r\n`)])
    expect(read).toMatchObject({
      headers: { 'x-a': 'one, two', constructor: 'c', 'keep-alive': 'timeout=5' },
    })
  })

  test.each([
    ['a part of the head', `${head}content-le`],
    ['a part of the body', `${head}content-length: 5\r\n\r\nhalf`],
    ['a chunk and no more', `${head}transfer-encoding: chunked\r\n\r\n1\r\na\r\n`],
  ])('that ends after %s is unfinished', (_name, text) => {
    for (const pieces of everyCut(text)) expect(readIn(pieces)).toBe('unfinished')
  })
})

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['another version', 'HTTP/2 200\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching\r\n\r\n'],
  ['a folded header', `${head}a: b\r\n c: d\r\n\r\n`],
  ['a header without a colon', `${head}nonsense\r\n\r\n`],
  ['a space before the colon', `${head}content-length : 1\r\n\r\nx`],
  ['a bare line feed', `${head}a: b\nc: d\r\n\r\n`],
  ['a null', `${head}a: \0\r\n\r\n`],
  ['two lengths', `${head}content-length: 1\r\ncontent-length: 2\r\n\r\nx`],
  ['a length that is none', `${head}content-length: +1\r\n\r\nx`],
  ['a length beside chunks', `${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`],
  ['another coding', `${head}transfer-encoding: gzip, chunked\r\n\r\n`],
  ['a chunk without a size', `${head}transfer-encoding: chunked\r\n\r\nx\r\n`],
  ['a chunk that is longer', `${head}transfer-encoding: chunked\r\n\r\n1\r\nab\r\n`],
  ['a body above the bound', `${head}content-length: 1001\r\n\r\n`],
  [
    'chunks above the bound',
    `${head}transfer-encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1_001)}`,
  ],
  ['an end above the bound', `${head}\r\n${'x'.repeat(1_001)}`],
  ['a head above the bound', `${head}a: ${'x'.repeat(17_000)}`],
  [
    'trailers above the bound',
    `${head}transfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(5_000)}`,
  ],
])('%s is refused', (_name, text) => {
  expect(() => readIn([Buffer.from(text, 'latin1')])).toThrow(AnswerError)
})

function done(body: string, more: Partial<Read> = {}): Omit<Read, 'headers'> {
  return { status: 200, body, reusable: true, ...more }
}
