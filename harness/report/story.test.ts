import { expect, test } from 'vitest'
import type { Finding } from '../checkers/checker.ts'
import { HistoryBuilder, headerOf, primary, replica } from '../checkers/testing/history-builder.ts'
import { chronicleOf } from './chronicle.ts'
import { storyLines, storySvg } from './story-svg.ts'

/**
 * Goal: an excerpt shows a finding and no more than that. Method: hand-made histories in which the
 * operations that matter stand among many that do not.
 */
function findingOf(operation: string, change: Partial<Finding>): Finding {
  return {
    checker: 'deauthorisation',
    kind: 'disable',
    measurement: 'deauthorisation.disable.otherRegionSeconds',
    user: 'u1',
    region: replica,
    at: 0,
    operation,
    message: 'u1 signed in after being disabled',
    ...change,
  }
}

/** Traffic of others, and of the same user, that no excerpt needs. */
function noise(history: HistoryBuilder): void {
  for (const user of ['u1', 'u2', 'u3']) {
    history.write(user, 'nickname')
    history.perform(user, { reads: [`${user}/attribute:nickname`] })
  }
}

test('a use after a disable is told with the disable, the password that it used and the refusal', () => {
  const history = new HistoryBuilder()
  const writes = [{ register: 'u1/password', value: 'op1' }]
  const signUp = history.perform('u1', { function: 'sign-up', writes })
  noise(history)
  const disable = history.perform('u1', {
    function: 'disable-user',
    writes: [{ register: 'u1/enabled', value: 'disabled' }],
  })
  noise(history)
  const signIn = { function: 'sign-in', region: replica, arguments: { password: signUp } } as const
  const accepted = history.wait(400).perform('u1', signIn)
  noise(history)
  const refused = history.perform('u1', signIn, { type: 'fail', code: 'NotAuthorizedException' })
  const finding = findingOf(accepted, {})
  const chronicle = chronicleOf(headerOf('told'), history.lines, [finding])
  const story = chronicle.stories.get(finding)
  const told = story?.events.flatMap((event) => (event.kind === 'ask' ? [event.operation] : []))
  expect(told).toEqual([signUp, disable, accepted, refused])
  expect(story?.lanes).toEqual([primary, replica])
  expect(story && storyLines(story).at(-1)).toMatch(/refused: NotAuthorizedException$/)
  expect(story && storySvg(story, 'x').text).toContain('password of op1')
})

test('a register that differs is told with its write and the last read of each Region', () => {
  const history = new HistoryBuilder()
  noise(history)
  const register = 'u1/attribute:picture'
  const write = history.write('u1', 'picture')
  noise(history)
  for (const region of [primary, replica]) {
    history.perform('u1', { region, reads: [register] }, { observed: { [register]: null } })
  }
  const here = history.perform('u1', { reads: [register] }, { observed: { [register]: write } })
  const reads = { region: replica, reads: [register] }
  const there = history.perform('u1', reads, { observed: { [register]: null } })
  const message = `user u1: ${register} is "${write}" in ${primary}, unset in ${replica}`
  const finding = findingOf(write, { message, measurement: 'convergence.divergedRegisters' })
  const story = chronicleOf(headerOf('told'), history.lines, [finding]).stories.get(finding)
  const told = story?.events.flatMap((event) => (event.kind === 'ask' ? [event.operation] : []))
  expect(told).toEqual([write, here, there])
  expect(story && storyLines(story).join('\n')).toContain('picture: unset')
})

test('a finding whose operations are not in the history has no story', () => {
  const history = new HistoryBuilder()
  noise(history)
  const finding = findingOf('op999', {})
  expect(chronicleOf(headerOf('told'), history.lines, [finding]).stories.size).toBe(0)
})
