import { beforeAll, describe, expect, test } from 'vitest'
import { judgeStoredHistory } from './judge-stored-history.ts'
import { HistoryBrokenError, HistoryUnreadableError } from './kernel/errors.ts'
import { keyedRandom } from './kernel/random.ts'
import { resolvePlan } from './plan/resolve.ts'
import { builtinRegistries } from './registries.ts'
import { scenario } from './scenario/scenario.ts'
import { simTrial } from './trial.ts'

/**
 * Goal: a file is judged by what it certainly says. Method: a failover that passes, cut short
 * anywhere and changed anywhere.
 */
const regionLoss = scenario('region-loss', {
  claim: 'Nothing acknowledged is lost.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['hold', 'region-loss'], links: ['replication'] },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    await workload.population(8)
    const changes = await workload.prepareChanges()
    await workload.replicated()
    const traffic = workload.traffic({
      mix: { 'update-attribute': 8, 'sign-up': 1, 'set-password': 1 },
      ratePerSecond: 60,
    })
    await traffic.until({ kind: 'acknowledged', count: 70 })
    const held = await nemesis.inject('hold', { link: links.replication })
    await changes.make()
    await traffic.until({ kind: 'acknowledged', count: 10 })
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await traffic.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)
    await lost.heal()
    await held.heal()
    await clients.failback()
    await workload.measureLag(5)
    await workload.converge()
  },
})

let whole: Uint8Array

beforeAll(async () => {
  const plan = resolvePlan(
    { world: 'sim', scenarios: ['region-loss'] },
    { tool: '0', targets: ['reference'], scenarios: ['region-loss'], mutants: [] },
  )
  const trial = await simTrial({ plan, scenario: regionLoss, registries: builtinRegistries })
  expect(trial.error).toBeUndefined()
  whole = trial.history
})

function judge(bytes: Uint8Array) {
  return judgeStoredHistory(bytes, builtinRegistries)
}

test('a whole history is judged as far as its rules go, the same each time', () => {
  const first = judge(whole)
  expect(first.judgement.verdict, first.judgement.reason).toBe('pass')
  expect(first.judgement.history).toMatchObject({ torn: false, lines: first.summary.lines })
  expect(first.header.scenario).toBe('region-loss')
  expect(judge(whole)).toEqual(first)
})

describe('a torn tail', () => {
  test('is judged as far as it goes, and never passes; nor does it invent a failure', () => {
    const random = keyedRandom(7)
    for (let cut = 0; cut < 80; cut += 1) {
      const length = random.at('cut', 0, cut).integer(2_000, whole.length - 1)
      const { judgement } = judge(whole.subarray(0, length))
      expect([length, judgement.verdict, judgement.reason]).toEqual([
        length,
        'inconclusive',
        expect.stringMatching(/torn|never verified/),
      ])
      expect(judgement.history.torn).toBe(true)
    }
  })

  test('that lacks only its last seal is torn as well', () => {
    const text = Buffer.from(whole).toString('utf8').trimEnd()
    const unsealed = Buffer.from(text.slice(0, text.lastIndexOf('\n') + 1))
    const { judgement, summary } = judge(unsealed)
    expect(judgement.verdict).toBe('inconclusive')
    expect(summary.torn?.reason).toBeDefined()
  })
})

describe('a broken chain', () => {
  test('is refused, wherever a byte was changed before the last seal', () => {
    const random = keyedRandom(7)
    const end = Buffer.from(whole).lastIndexOf('\n{"type":"block"')
    expect(end).toBeGreaterThan(0)
    for (let change = 0; change < 80; change += 1) {
      const at = random.at('change', 0, change).integer(0, end - 1)
      const tampered = Uint8Array.from(whole)
      tampered[at] = (tampered[at] ?? 0) ^ 1
      const judged = (): unknown => judge(tampered)
      // Where the change hits the header or splits a line, it is no history any more.
      expect(judged, `byte ${at}`).toThrow(/./)
      try {
        judged()
      } catch (error) {
        const known = error instanceof HistoryBrokenError || error instanceof HistoryUnreadableError
        expect([at, known]).toEqual([at, true])
        expect(error).toMatchObject({ exitCode: 64 })
      }
    }
  })

  test('names the place', () => {
    const text = Buffer.from(whole).toString('utf8')
    const place = text.indexOf('"type":"ok"')
    const tampered = Buffer.from(`${text.slice(0, place)}"type":"no"${text.slice(place + 11)}`)
    expect(() => judge(tampered)).toThrow(HistoryBrokenError)
    expect(() => judge(tampered)).toThrow(/^history: line \d+: block 1 .* is not what was sealed$/)
  })

  test('is one that lacks a line in its middle, or has its lines in another order', () => {
    const lines = Buffer.from(whole).toString('utf8').split('\n')
    const without = [...lines.slice(0, 20), ...lines.slice(21)].join('\n')
    const swapped = [...lines.slice(0, 20), lines[21], lines[20], ...lines.slice(22)].join('\n')
    for (const text of [without, swapped]) {
      expect(() => judge(Buffer.from(text))).toThrow(HistoryBrokenError)
    }
  })
})

test.for<[string, Uint8Array]>([
  ['nothing', new Uint8Array()],
  ['text', Buffer.from('Dear diary\n')],
  ['JSON of another kind', Buffer.from('{"type":"report"}\n')],
  ['a later format', Buffer.from('{"type":"header","format":999}\n')],
])('%s is no history', ([, bytes]) => {
  expect(() => judge(bytes)).toThrow(HistoryUnreadableError)
})

test('what is not there cannot be read', () => {
  expect(() => judgeStoredHistory('/nowhere/history.ndjson', builtinRegistries)).toThrow(
    HistoryUnreadableError,
  )
})
