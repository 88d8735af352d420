import { expect, test } from 'vitest'
import { boundedLines } from './bounded-lines.ts'
import { parseAnswer } from './parse-answer.ts'

// Goal: nothing but a whole answer of the schema is taken for one, and no refusal quotes a value.

const hello = {
  ...{ id: 1, type: 'hello', protocol: 1, name: 'acme', model: false, stack: 'topology' },
  capabilities: { functions: ['read-user'], tokens: 'none' },
}

test('what hello leaves out is the careful answer', () => {
  const { answer } = parseAnswer(JSON.stringify(hello)) as { answer: unknown }
  expect(answer).toMatchObject({
    capabilities: {
      ...{ replicaWrites: false, totpOnReplica: false, promotion: false, lagMillisMax: 1_000 },
      lockout: { scope: 'none', threshold: 0 },
    },
  })
})

const secret = 'Ir7-secret-of-somebody'

test.for<[string, object]>([
  ['an acknowledgement', { id: 3, type: 'ok' }],
  ['what was seen', { id: 3, type: 'ok', observed: { 'u1/existence': 'op1', 'u1/factor': null } }],
  ['tokens', { id: 3, type: 'ok', results: { accessToken: 'a.b.c', refreshToken: 'r' } }],
  [
    'a refusal',
    { id: 3, type: 'fail', code: 'NotAuthorizedException', status: 400, meaning: 'locked' },
  ],
  ['a doubt', { id: 3, type: 'info', code: 'timeout' }],
  ['what it does not do', { id: 3, type: 'unsupported' }],
  ['a refusal to begin', { id: 1, type: 'refused', message: 'no network' }],
])('%s is read as it stands', ([, answer]) => {
  expect(parseAnswer(JSON.stringify(answer))).toEqual({ answer })
})

test.for<[string, string]>([
  ['nothing', ''],
  ['half a line', '{"id":3,"type":"ok"'],
  ['a list', '[]'],
  ['null', 'null'],
  ['no number', '{"type":"ok"}'],
  ['a number that is text', '{"id":"3","type":"ok"}'],
  ['a fraction', '{"id":3.5,"type":"ok"}'],
  ['no type', '{"id":3}'],
  ['an unknown type', `{"id":3,"type":"${secret}"}`],
  ['a misspelt field', '{"id":3,"type":"ok","observerd":{}}'],
  ['a code on success', '{"id":3,"type":"ok","code":"Fine"}'],
  ['a refusal without code', '{"id":3,"type":"fail"}'],
  ['a code of many words', `{"id":3,"type":"fail","code":"password ${secret} is wrong"}`],
  ['an unknown meaning', '{"id":3,"type":"fail","code":"A","meaning":"dunno"}'],
  ['an unknown result', `{"id":3,"type":"ok","results":{"password":"${secret}"}}`],
  ['a result that is no text', '{"id":3,"type":"ok","results":{"accessToken":7}}'],
  ['an observation that is no value', '{"id":3,"type":"ok","observed":{"u1/factor":true}}'],
  ['an observation of free text', `{"id":3,"type":"ok","observed":{"u1/factor":"${secret} !"}}`],
  ['an observation of a prototype', '{"id":3,"type":"ok","observed":{"__proto__":"op1"}}'],
  ['a result that is a prototype', '{"id":3,"type":"ok","results":{"\\u005f_proto__":{"a":"b"}}}'],
  ['a number beyond all', '{"id":1e400,"type":"ok"}'],
  ['a life without an end', '{"id":3,"type":"ok","lifetimeSeconds":1e400}'],
  ['lists in lists', `{"id":3,"type":"ok","observed":${'['.repeat(100_000)}`],
  ['bytes that are no text', '{"id":3,"type":"fail","code":"A\ufffd"}'],
  ['a mark before it', '\ufeff{"id":3,"type":"ok"}'],
  ['a name without an end', JSON.stringify({ ...hello, name: 'x'.repeat(65) })],
  ['a hello of another version', '{"id":1,"type":"hello","protocol":2}'],
])('%s is refused, and its values are not quoted', ([, line]) => {
  const parsed = parseAnswer(line)
  expect(parsed).toHaveProperty('broken')
  expect(JSON.stringify(parsed)).not.toContain(secret)
})

test('a field that there is not is named', () => {
  expect(parseAnswer('{"id":3,"type":"ok","observerd":{}}')).toEqual({
    broken:
      'wrote an answer that is against the schema: the answer has a field "observerd" that there is not',
    id: 3,
  })
})

test('lines are cut where they end, in whatever pieces they come', () => {
  const lines: string[] = []
  const cutter = boundedLines(8, (line) => lines.push(line))
  const bytes = Buffer.from('one\n\nzwölf\r\nlast')
  for (const byte of bytes) expect(cutter.push(Uint8Array.of(byte))).toBe(true)
  expect(lines).toEqual(['one', '', 'zwölf'])
})

test('a line that is too long ends the reading, and what came before it was read', () => {
  const lines: string[] = []
  const cutter = boundedLines(8, (line) => lines.push(line))
  expect(cutter.push(Buffer.from('12345678\n123456789'))).toBe(false)
  expect(cutter.push(Buffer.from('\nmore\n'))).toBe(false)
  expect(lines).toEqual(['12345678'])
})
