import { expect, test } from 'vitest'
import type { InvokeLine, Line } from './line.ts'
import { memorySink } from './memory-sink.ts'
import { sampleHeader, sampleWrites } from './testing/sample-lines.ts'

const token = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.${'a'.repeat(40)}`

const signIn = {
  ...sampleWrites(1)[0],
  function: 'sign-in',
  arguments: { password: 'op1' },
} as InvokeLine

function store(line: Line): void {
  const sink = memorySink()
  sink.append(sampleHeader())
  sink.append(line)
}

test.each<[string, Line]>([
  ['a password', { ...signIn, arguments: { password: 'Correct-Horse-7' } }],
  ['a token as an argument', { ...signIn, arguments: { accessToken: 'abc' } }],
  ['a token in a text', { type: 'mark', at: 1, name: 'note', detail: `got ${token}` }],
  ['a shared secret', { type: 'mark', at: 1, name: 'note', detail: 'otpauth://totp/x?secret=A' }],
  ['a key', { type: 'mark', at: 1, name: 'note', detail: '-----BEGIN PRIVATE KEY-----' }],
])('%s never enters', (_, line) => {
  expect(() => store(line)).toThrow(/a secret was about to enter the history/)
})

test('the message does not repeat the secret', () => {
  let message = ''
  try {
    store({ ...signIn, arguments: { password: 'Correct-Horse-7' } })
  } catch (error) {
    message = String(error)
  }
  expect(message).toContain('argument "password" that is no label')
  expect(message).not.toContain('Correct-Horse-7')
})

test('labels and references enter', () => {
  store(signIn)
  store({ ...signIn, arguments: { password: 'wrong-password' } })
  store({ ...signIn, arguments: { accessToken: { from: 'op1', field: 'accessToken' } } })
})
