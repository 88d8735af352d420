import { expect, test } from 'vitest'
import { conductInSim } from '../interpreter/testing/conduct-in-sim.ts'
import { UsageError } from '../kernel/errors.ts'
import type { Condition, ScenarioContext } from '../scenario/context.ts'
import { checkCondition } from './arguments.ts'

/** Goal: what cannot be meant is refused by name. Method: scripts on a pair in virtual time. */
const nan = Number.NaN

test.for<[string, (context: ScenarioContext) => unknown, string]>([
  [
    'no users',
    ({ workload }) => workload.population(-1),
    '"population.count" is -1; expected a whole number from 0 to 1000000',
  ],
  ['half a user', ({ workload }) => workload.population(1.5), '"population.count" is 1.5; '],
  ['NaN', ({ workload }) => workload.bystanders(nan), '"bystanders.count" is NaN; '],
  ['text', ({ workload }) => workload.measureLag('3' as never), '"measureLag.count" is "3"; '],
  ['no samples', ({ workload }) => workload.measureLag(0), '"measureLag.count" is 0; '],
  [
    'a flood of probes',
    ({ workload }) => workload.probe({ ratePerSecond: 1e9 }),
    '"ratePerSecond" is 1000000000; expected a rate above 0, up to 1000000',
  ],
  [
    'a misspelt Region',
    ({ workload }) => workload.cutoverRead('us-west-3'),
    '"cutoverRead.region" is "us-west-3"; expected one of: us-east-1, us-west-2',
  ],
  ['no Region', ({ workload }) => workload.refresh([], undefined as never), '"refresh.to" is unde'],
  [
    'one user',
    ({ workload }) => workload.signIn('u1' as never),
    '"signIn.users" is "u1"; expected',
  ],
  [
    'a trigger that counts backwards',
    ({ nemesis, links }) =>
      nemesis.inject(
        'cut',
        { link: links.replication },
        { when: { kind: 'completed', count: -3 } },
      ),
    '"condition.count" is -3; ',
  ],
])('%s is wrong usage, and nothing is sent', async ([_, script, message]) => {
  const story = await conductInSim(async (context) => {
    await script(context)
  })
  expect(story.error).toBeInstanceOf(UsageError)
  expect(String(story.error)).toContain(`scenario "story": ${message}`)
  expect(story.operations).toEqual([])
})

test.for<[unknown, string]>([
  [{ kind: 'elapsed', duration: Number.POSITIVE_INFINITY }, '"condition.duration" is Infinity; '],
  [{ kind: 'acknowledged' }, '"condition.count" is undefined; expected a whole number from 0'],
  [{ kind: 'soon' }, '"condition.kind" is "soon"; expected one of: acknowledged, completed'],
  [undefined, '"condition.kind" is undefined; '],
])('a condition that cannot be meant is named: %j', ([condition, message]) => {
  expect(() => checkCondition(condition as Condition)).toThrow(message)
})
