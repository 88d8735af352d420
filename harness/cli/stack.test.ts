import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findPostgres } from '../../fixtures/reference/storage/postgres/binaries.ts'
import { systemClock } from '../kernel/clock.ts'
import { need } from '../kernel/testing/need.ts'
import { millis } from '../kernel/time.ts'
import { type Answer, documentOf, interregnum, keptFolder } from './interregnum.test.support.ts'

/**
 * Goal: a stack outlives the command that starts it, is known, and goes without a trace. Method:
 * the built program, with a state folder of its own; one stack for the first tests, which come in
 * their order.
 */
let folder = ''
let up: Answer
let stack: ReturnType<typeof stackOf>

function stackOf(answer: Answer) {
  const [found] = documentOf('stack', answer).stacks
  if (found === undefined) throw new Error(answer.err)
  return found
}

beforeAll(() => {
  folder = keptFolder()
  up = interregnum(folder, 'stack', 'up', '--json')
  stack = stackOf(up)
}, 100_000)

afterAll(() => {
  interregnum(folder, 'stack', 'down')
  rmSync(folder, { recursive: true, force: true })
})

async function call(role: string, operation: string, input: object): Promise<Response> {
  const endpoint = stack.regions.find((region) => region.role === role)?.endpoint ?? ''
  return fetch(`${endpoint}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  })
}

async function signsInAtTheReplica(): Promise<number> {
  const { clientId, poolId } = stack
  const signUp = { ClientId: clientId, Username: 'ada', Password: 'Correct-Horse-1' }
  expect((await call('primary', 'SignUp', signUp)).status).toBe(200)
  const confirm = { UserPoolId: poolId, Username: 'ada' }
  expect((await call('primary', 'AdminConfirmSignUp', confirm)).status).toBe(200)
  const clock = systemClock()
  const signIn = {
    ClientId: clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD: signUp.Password },
  }
  let status = 0
  for (let tries = 0; tries < 40 && status !== 200; tries += 1) {
    await clock.sleep(millis(50))
    status = (await call('replica', 'InitiateAuth', signIn)).status
  }
  return status
}

test('what is up answers: a user of the primary signs in at the replica', async () => {
  expect(up.code, up.err).toBe(0)
  expect(await signsInAtTheReplica()).toBe(200)
})

test('status finds it, doctor knows it, and a second one is refused', () => {
  expect(stackOf(interregnum(folder, 'stack', 'status', '--json'))).toEqual(stack)
  const doctor = interregnum(folder, 'doctor')
  expect(doctor).toMatchObject({ code: 0 })
  expect(doctor.out).toContain('runs at work: 1\n')
  expect(doctor.out).toContain(`stack ${stack.runId} is up`)
  const again = interregnum(folder, 'stack', 'up')
  expect(again).toMatchObject({ code: 64, out: '' })
  expect(again.err).toContain('a stack is up already')
})

test('down leaves nothing', () => {
  const down = interregnum(folder, 'stack', 'down')
  expect(down).toMatchObject({ code: 0, out: `stack ${stack.runId} is down\n` })
  const state = join(folder, '.state')
  expect(readdirSync(join(state, 'stacks'))).toEqual([])
  expect(readdirSync(join(state, 'runs'))).toEqual([])
  expect(interregnum(folder, 'doctor').out).toContain('nothing was left behind')
  expect(interregnum(folder, 'stack', 'status').out).toBe('no stack is up\n')
})

test('what holds it is killed: it is gone, and down cleans after it', () => {
  const { pid } = stackOf(interregnum(folder, 'stack', 'up', '--seed', '9', '--json'))
  process.kill(pid, 'SIGKILL')
  expect(stackOf(interregnum(folder, 'stack', 'status', '--json'))).toMatchObject({
    state: 'gone',
    seed: 9,
  })
  expect(interregnum(folder, 'stack', 'down')).toMatchObject({ code: 0 })
  expect(interregnum(folder, 'doctor')).toMatchObject({ code: 0 })
  expect(readdirSync(join(folder, '.state', 'runs'))).toEqual([])
})

test('with its state in PostgreSQL it answers the same, and goes without a trace', async (context) => {
  need(context, 'postgres', findPostgres())
  const wrong = interregnum(folder, 'stack', 'up', '--storage', 'sqlite')
  expect(wrong).toMatchObject({ code: 64, out: '' })
  expect(wrong.err).toContain('expected one of: memory, postgres')
  stack = stackOf(interregnum(folder, 'stack', 'up', '--storage', 'postgres', '--json'))
  expect(stack).toMatchObject({ state: 'up', storage: 'postgres' })
  expect(interregnum(folder, 'stack', 'status').out).toContain('is up, its state in PostgreSQL')
  expect(await signsInAtTheReplica()).toBe(200)
  expect(interregnum(folder, 'stack', 'down')).toMatchObject({ code: 0 })
  expect(interregnum(folder, 'doctor').out).toContain('nothing was left behind')
})
