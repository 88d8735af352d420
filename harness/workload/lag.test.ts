import { expect, test } from 'vitest'
import { conductInSim, linesOf } from '../interpreter/testing/conduct-in-sim.ts'
import { millis } from '../kernel/time.ts'

const replication = { lagMillisMin: 30, lagMillisMax: 30 }

test('each write is read on the replica until it shows, and the reads bracket the lag', async () => {
  const story = await conductInSim(
    async ({ workload }) => {
      await workload.population(6)
      await workload.measureLag(4)
    },
    { plan: { replication } },
  )
  const ends = new Map(linesOf(story, 'ok').map((line) => [line.operation, line]))
  const writes = linesOf(story, 'invoke').filter(
    (line) => line.user === 'lag-1' && line.function === 'update-attribute',
  )
  expect(writes).toHaveLength(4)
  const reads = linesOf(story, 'invoke').filter((line) => line.purpose === 'lag-probe')
  expect(new Set(reads.map(({ region }) => region))).toEqual(new Set(['us-west-2']))
  for (const write of writes) {
    const shows = (operation: string): boolean =>
      ends.get(operation)?.observed?.some(({ value }) => value === write.operation) ?? false
    const first = reads.find(({ operation }) => shows(operation))
    const last = reads.findLast((read) => read.at < (first?.at ?? 0))
    const acknowledged = ends.get(write.operation)?.at ?? 0
    expect((first?.at ?? 0) - acknowledged).toBeGreaterThan(millis(25))
    expect((last?.at ?? 0) - acknowledged).toBeLessThan(millis(35))
  }
})

test('pinned: one read each, after the replica has caught up', async () => {
  const story = await conductInSim(
    async ({ workload }) => {
      await workload.population(6)
      await workload.measureLag(4)
    },
    { plan: { replication, pinned: true } },
  )
  const reads = linesOf(story, 'invoke').filter((line) => line.purpose === 'lag-probe')
  expect(reads).toHaveLength(4)
})

test('a write that does not show is left after five seconds', async () => {
  const story = await conductInSim(
    async ({ workload, nemesis, links, clock }) => {
      await workload.population(6)
      await nemesis.inject('cut', { link: links.replication })
      const began = clock.monotonic()
      await workload.measureLag(1)
      expect(clock.monotonic() - began).toBeGreaterThanOrEqual(millis(5_000))
      expect(clock.monotonic() - began).toBeLessThan(millis(5_100))
    },
    { plan: { replication } },
  )
  expect(story.error).toBeUndefined()
})

test('what is written for the lag is swept like every other write', async () => {
  const story = await conductInSim(async ({ workload, replica }) => {
    await workload.population(6)
    await workload.measureLag(2)
    await workload.cutoverRead(replica.name)
  })
  const sweep = linesOf(story, 'invoke').find(
    (line) => line.purpose === 'cutover-read' && line.user === 'lag-1',
  )
  expect(sweep?.reads).toContain('lag-1/attribute:zoneinfo')
})
