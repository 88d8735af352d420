import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { parseStat } from './linux-process-table.ts'
import {
  macProcessTable,
  parseMembers,
  parseNames,
  parseRelated,
  parseState,
  parseTagged,
} from './mac-process-table.ts'
import { relationTo, thisMachine } from './machine.ts'
import { identify, isAlive, signalProcess } from './process-identity.ts'
import { processTable } from './process-table.ts'

// Goal: a process is named by pid and start time. Method: real children, texts of other systems.

const children: ReturnType<typeof spawn>[] = []

const start = async (tag: string): Promise<number> => {
  const child = spawn(process.execPath, ['-e', "console.log('up'); setInterval(() => {}, 1e6)"], {
    env: { ...process.env, INTERREGNUM_TEST_TAG: tag },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  return child.pid ?? 0
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

test('a signal reaches exactly the process of that start time', async () => {
  const pid = await start('identity')
  const identity = await identify(pid)
  expect(identity?.pid).toBe(pid)
  expect(await signalProcess({ pid, startTime: 'another' }, 'SIGKILL')).toBe(false)
  expect(await isAlive(pid, identity?.startTime ?? '')).toBe(true)
  const gone = once(children[0] as NodeJS.EventEmitter, 'exit')
  expect(await signalProcess({ pid, startTime: identity?.startTime ?? '' }, 'SIGKILL')).toBe(true)
  await gone
  expect(await isAlive(pid, identity?.startTime ?? '')).toBe(false)
})

test('a paused process is seen as paused', async () => {
  const pid = await start('paused')
  process.kill(pid, 'SIGSTOP')
  await expect.poll(async () => (await processTable().observe(pid))?.state).toBe('paused')
  process.kill(pid, 'SIGCONT')
  await expect.poll(async () => (await processTable().observe(pid))?.state).toBe('running')
})

test('processes are found by their environment, ports by their process', async () => {
  const pid = await start('needle')
  const found = (await processTable().tagged()).filter(
    ({ tags }) => tags.INTERREGNUM_TEST_TAG === 'needle',
  )
  expect(found.map((tagged) => tagged.pid)).toEqual([pid])
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  expect(await processTable().listening(process.pid)).toContain(`127.0.0.1:${port}`)
  server.close()
})

test('the name of a process cannot shift the fields of its state', () => {
  const fields = `1 (a) Z b) T ${Array.from({ length: 30 }, (_, index) => index + 4).join(' ')}`
  expect(parseStat(1, fields, 'boot')).toEqual({ pid: 1, startTime: '22@boot', state: 'paused' })
  expect(parseStat(1, fields.replace(') T', ') Z'), 'boot')).toBeUndefined()
})

test('ps and lsof are read as macOS prints them', () => {
  expect(parseState(5, 'Ss   Fri Jan  2 03:04:05 2026')).toEqual({
    pid: 5,
    startTime: 'Fri Jan 2 03:04:05 2026',
    state: 'running',
  })
  expect(parseState(5, 'T+   Fri Jan  2 03:04:05 2026')?.state).toBe('paused')
  expect(parseState(5, 'Z    Fri Jan  2 03:04:05 2026')).toBeUndefined()
  expect(parseState(5, '')).toBeUndefined()
  const text =
    '    1 Ss   Fri Jan  2 03:04:05 2026     /sbin/launchd\n' +
    '  501 S+   Fri Jan  2 03:04:06 2026     node a.js --x HOME=/Users/ada INTERREGNUM_RUN_ID=r1 Z=1\n'
  expect(parseTagged(text)).toEqual([
    {
      pid: 501,
      startTime: 'Fri Jan 2 03:04:06 2026',
      state: 'running',
      tags: { INTERREGNUM_RUN_ID: 'r1' },
      command: 'node a.js --x',
    },
  ])
  expect(parseNames('p501\nf20\nn127.0.0.1:4711\n')).toEqual(['127.0.0.1:4711'])
})

test('the table that asks ps agrees about a child of ours', async () => {
  const pid = await start('ps')
  const table = macProcessTable(process.platform === 'darwin' ? '-axEww' : 'axeww')
  const seen = await table.observe(pid)
  expect(seen).toMatchObject({ pid, state: 'running' })
  const tagged = (await table.tagged()).find((found) => found.pid === pid)
  expect(tagged?.tags.INTERREGNUM_TEST_TAG).toBe('ps')
  expect(tagged?.startTime).toBe(seen?.startTime)
})

test('a family and its group are found with one look, the oldest first', async () => {
  const child = spawn('sh', ['-c', 'sh -c "sleep 60 & echo up; wait" & wait'], {
    ...{ cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
  })
  children.push(child)
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  for (const table of [processTable(), macProcessTable()]) {
    const family = await table.descendants(pid)
    expect(family).toHaveLength(2)
    const [inner] = family
    expect(await table.children(pid)).toEqual([inner])
    expect(await table.children(inner?.pid ?? 0)).toEqual(family.slice(1))
    const group = (await table.members(new Set([pid]))).filter((one) => one.group === pid)
    expect(group.map((one) => one.pid)).toEqual([pid, ...family.map((one) => one.pid)])
    expect(group[0]).toMatchObject({ state: 'running', command: expect.stringMatching(/sleep 60/) })
  }
  expect(await processTable().workingFolder(pid)).toBe('/')
  for (const { pid: one } of await processTable().descendants(pid)) process.kill(one, 'SIGKILL')
  expect(parseRelated(' 7 1 Ss   Fri Jan  2 03:04:05 2026\nnonsense\n')).toMatchObject([
    { parent: 1, seen: { pid: 7, state: 'running' } },
  ])
  expect(
    parseMembers(' 7 5 Ss   Fri Jan  2 03:04:05 2026     redis-server *:1\nnonsense\n'),
  ).toEqual([
    {
      ...{ pid: 7, group: 5, state: 'running', command: 'redis-server *:1' },
      startTime: 'Fri Jan 2 03:04:05 2026',
    },
  ])
})

test('pids are judged only where they mean something', () => {
  const [host, , namespace] = thisMachine().split('/')
  expect(relationTo(thisMachine())).toBe('here')
  expect(relationTo(`${host}/other-boot/${namespace}`)).toBe('rebooted')
  expect(relationTo(`other-host/boot/${namespace}`)).toBe('elsewhere')
})

test('a killed process runs nothing any more before it is gone', async () => {
  const pid = await start('ending')
  const table = processTable()
  expect(await table.isEnding(pid)).toBe(false)
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => table.isEnding(pid), { interval: 1 }).toBe(true)
  await expect.poll(() => table.observe(pid)).toBeUndefined()
  expect(await table.isEnding(pid)).toBe(true)
})
