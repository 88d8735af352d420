import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openRun } from './ledger/run-guard.ts'
import { ownStateFolder } from './ledger/testing/own-state-folder.ts'
import { resolvePlan } from './plan/resolve.ts'
import { builtinRegistries } from './registries.ts'
import { runPlan } from './run.ts'
import { scenario } from './scenario/scenario.ts'
import type { Target } from './target/contract.ts'
import { referenceTarget } from './target/reference/target.ts'
import { remoteTopology } from './target/remote-topology.ts'
import { claimRemote } from './world/remote/claim-remote.ts'
import { type ToySystem, toySystem } from './world/remote/testing/toy-system.ts'

// Goal: nothing is seen in a system that something else disturbs: a run ends with the hook that
// could not be taken back, and two runs are not at one system. Method: a toy system with hooks.

const state = ownStateFolder()

/** Whatever it is asked, it says yes. */
const agreeable: Target = Object.freeze({
  name: 'agreeable',
  model: false,
  capabilities: referenceTarget.capabilities,
  topology: async (plan) => remoteTopology(plan),
  prepare: async () => ({ connect: () => ({ perform: async () => ({ type: 'ok' as const }) }) }),
} satisfies Target)

const losing = ['first', 'second'].map((id) =>
  scenario(id, {
    claim: 'The primary can be lost.',
    requirements: ['FS-36'],
    needs: { faults: ['region-loss'] },
    run: async ({ primary, nemesis }) => {
      const lost = await nemesis.inject('region-loss', { region: primary.name })
      await lost.heal()
    },
  }),
)

function planOf(system: ToySystem, more: Readonly<Record<string, unknown>> = {}) {
  const names = { targets: ['agreeable'], scenarios: ['first', 'second'], mutants: [] }
  return resolvePlan(
    {
      ...{ target: 'agreeable', world: 'remote', scenarios: names.scenarios },
      topology: system.topology(more),
    },
    { tool: 'test', ...names },
  )
}

async function run(plan: ReturnType<typeof planOf>) {
  const folder = await mkdtemp(join(tmpdir(), 'remote-run-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const registries = { ...builtinRegistries, targets: [agreeable] }
  return runPlan(plan, { scenarios: losing, outFolder: join(folder, 'out'), registries })
}

const off = ['touch', 'off-{region}']

test('a hook that cannot be taken back ends the run, which says so in its reports', async () => {
  await using system = await toySystem()
  const undo = ['sh', '-c', 'echo tried >> undone; exit 7']
  const result = await run(planOf(system, { hooks: { isolatePrimary: { run: off, undo } } }))
  expect(result.scenarios.map(({ id }) => id)).toEqual(['first'])
  expect(result.verdict).toBe('inconclusive')
  expect(result.scenarios[0]?.reason).toContain('the undo of hook isolatePrimary of east ended')
  expect(result.notTested).toContainEqual({
    what: 'second',
    reason: expect.stringMatching(/^hook isolatePrimary of east is perhaps in force/),
  })
  expect(result.leftovers.join('\n')).toMatch(/its undo \(.*\) ended with exit code 7/)

  await expect(run(planOf(system))).rejects.toThrow(/^run \S+ (?:died|\(process \d+\) is) at this/)
  await rm(join(state, 'runs'), { recursive: true })
})

test('what is taken back in order ends nothing', async () => {
  await using system = await toySystem()
  const undo = ['rm', '-f', 'off-{region}']
  const result = await run(planOf(system, { hooks: { isolatePrimary: { run: off, undo } } }))
  expect(result.scenarios).toHaveLength(2)
  expect(result.leftovers).toEqual([])
  expect(readdirSync(join(state, 'runs'))).toEqual([])
})

test('two runs are at one system only where neither disturbs it', async () => {
  await using system = await toySystem()
  await using other = await toySystem()
  const quiet = planOf(system)
  const loud = planOf(system, { hooks: { isolatePrimary: { run: off, undo: off } } })
  const claim = async (plan: ReturnType<typeof planOf>) => {
    const guard = await openRun()
    const refusal = await claimRemote(guard.ledger, plan).catch((error: unknown) => String(error))
    return { refusal, end: guard.close }
  }
  const first = await claim(quiet)
  const second = await claim(quiet)
  expect([first.refusal, second.refusal]).toEqual([undefined, undefined])
  const third = await claim(loud)
  expect(third.refusal).toMatch(/run \S+ \(process \d+\) is at this system/)
  const elsewhere = await claim(planOf(other, { hooks: { failback: { run: off } } }))
  expect(elsewhere.refusal).toBeUndefined()
  for (const { end } of [first, second, third]) await end()
  const fourth = await claim(loud)
  expect(fourth.refusal).toBeUndefined()
  expect((await claim(quiet)).refusal).toContain('is at this system')
  for (const { end } of [fourth, elsewhere]) await end()
})
