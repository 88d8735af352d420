import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { need } from '../kernel/testing/need.ts'
import { openRun } from '../ledger/run-guard.ts'
import { buildFailingSyncs, failingSyncsFault } from './failing-syncs.ts'
import { missingFaults } from './missing-faults.ts'

// Goal: what this machine can do is found out, and nothing is left of the attempt. Method: the real
// compiler and real syncs; where there is no compiler, that is the reason.

const wanted = new Set([failingSyncsFault])

async function attempt(): Promise<string | undefined> {
  const state = await mkdtemp(join(tmpdir(), 'failing-syncs-test-'))
  onTestFinished(() => rm(state, { recursive: true }))
  const guard = await openRun({ stateFolder: state })
  const missing = await missingFaults('process', wanted, guard.ledger)
  expect(await guard.close()).toEqual([])
  expect(await readdir(join(state, 'runs'))).toEqual([])
  return missing.get(failingSyncsFault)
}

test('syncs fail and work again where there is a compiler', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'failing-syncs-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  need(context, 'cc', await buildFailingSyncs(folder).catch(() => undefined))
  expect(await attempt()).toBeUndefined()
})

test('a machine without a compiler says so', async () => {
  const { PATH } = process.env
  onTestFinished(() => {
    process.env.PATH = PATH
  })
  process.env.PATH = '/nonexistent'
  expect(await attempt()).toMatch(/^it takes (?:a C compiler|Linux)/)
})
