import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadHistory } from '../../history/reader.ts'
import { ownStateFolder } from '../../ledger/testing/own-state-folder.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { runPlan } from '../../run.ts'
import { scenario } from '../../scenario/scenario.ts'
import { signIn } from '../../workload/access.ts'

// Goal: a bad certificate keeps clients from one Region, and its heal lets them in again. Method:
// a run on real processes with all three faults on the path to the replica.

ownStateFolder()

const kinds = ['certificate-expired', 'certificate-wrong-name', 'certificate-untrusted'] as const

const badCertificates = scenario('bad-certificates', {
  claim: 'A bad certificate is an outage of one path.',
  requirements: ['FS-39'],
  needs: { faults: kinds, worlds: ['process', 'container'], tls: true },
  async run({ workload, nemesis, links, primary, replica }) {
    const [user = ''] = await workload.population(1)
    const label = workload.passwordOf(user) ?? ''
    const both = async (): Promise<void> => {
      for (const { name } of [primary, replica]) {
        await workload.attempt(signIn(user, label, { to: name, purpose: 'workload' }))
      }
    }
    for (const kind of kinds) {
      const fault = await nemesis.inject(kind, { link: links.clientsToReplica })
      await both()
      await fault.heal()
      await both()
    }
    await workload.measureLag(1)
    await workload.converge()
  },
})

test('each is verified by a handshake, and meets clients of that path alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const names = [badCertificates.id]
  const plan = resolvePlan(
    { world: 'process', scenarios: names, cryptography: { passwordHashCost: 2 } },
    { tool: '0', targets: ['reference'], scenarios: names, mutants: [] },
  )
  const outFolder = join(folder, 'out')
  const result = await runPlan(plan, { scenarios: [badCertificates], outFolder })
  expect(result).toMatchObject({ leftovers: [], scenarios: [{ verdict: 'pass' }] })
  const { lines } = loadHistory(join(outFolder, 'bad-certificates/history.ndjson'))

  const verified = lines.flatMap((line) =>
    line.type === 'fault' && line.phase === 'verified' ? [`${line.kind}: ${line.detail}`] : [],
  )
  const handshake = 'handshake through clients→replica'
  expect(verified).toEqual([
    `certificate-expired: ${handshake}: CERT_HAS_EXPIRED`,
    `certificate-wrong-name: ${handshake}: ERR_TLS_CERT_ALTNAME_INVALID`,
    `certificate-untrusted: ${handshake}: UNABLE_TO_VERIFY_LEAF_SIGNATURE`,
  ])
  const signIns = new Map<string, string>()
  for (const line of lines) {
    if (line.type === 'invoke' && line.function === 'sign-in' && line.purpose === 'workload') {
      signIns.set(line.operation, 'none')
    } else if ('operation' in line && signIns.has(line.operation)) {
      const code = line.type === 'fail' ? `fail ${line.error?.code}` : line.type
      signIns.set(line.operation, code)
    }
  }
  const refused = ['ok', 'fail certificate-refused', 'ok', 'ok']
  expect([...signIns.values()]).toEqual([...refused, ...refused, ...refused])
})
