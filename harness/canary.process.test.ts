import { expect, test } from 'vitest'
import { findSecrets } from '../fixtures/canary/search.ts'
import { everySecret } from '../fixtures/canary/testing/every-secret.ts'
import { searchedRun } from '../fixtures/canary/testing/searched-run.ts'
import { ownStateFolder } from './ledger/testing/own-state-folder.ts'

// Goal: no secret of a run on real processes is in anything that it leaves. Method: an insider
// overhears every word, reads the disks of the processes, and everything written is searched.

ownStateFolder()

test('a run leaves no secret: not in its folder, its ledger or the terminal', async () => {
  const { result, haystacks, secrets } = await searchedRun('process', [everySecret])
  expect(result.scenarios[0]?.history).toMatchObject({ torn: false })
  const names = haystacks.map(({ name }) => name)
  expect(names).toContain('run/every-secret/history.ndjson')
  expect(names.some((name) => name.startsWith('ledger/'))).toBe(true)
  const kinds = new Set(secrets.map(({ what }) => what))
  for (const kind of ['AccessToken', 'RefreshToken', 'SecretCode', 'PASSWORD', 'Session']) {
    expect(kinds).toContain(kind)
  }
  expect(kinds).toContain('refreshSecret on a disk')
  expect(findSecrets(secrets, haystacks)).toEqual([])

  const token = secrets.find(({ what }) => what === 'RefreshToken')
  const leaky = haystacks.map(({ name, bytes }) => {
    const leak = Buffer.from(String(token?.value)).toString('base64')
    return { name, bytes: Buffer.concat([bytes, Buffer.from(leak)]) }
  })
  const found = findSecrets(secrets, leaky)
  for (const name of names) expect(found).toContain(`RefreshToken in ${name}`)
})
