import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connectLinkClient } from '../link-client.ts'
import { call, serveEcho, startProxy, until } from '../sockets.test.support.ts'

/** Goal: a cut link refuses, resets and forgets, and comes back on its port. Method: sockets. */

async function startLink() {
  const echo = await serveEcho()
  const { url } = await startProxy()
  const client = await connectLinkClient(url)
  const link = await client.createLink({ name: 'link', upstream: { port: echo.port } })
  return { echo, link }
}

test('a cut resets open connections and refuses new ones; lifting opens the same port', async () => {
  const { echo, link } = await startLink()
  const open = await call(link.listenPort)
  open.send('before')
  await until(() => open.text() === 'before')

  const cut = await link.disturb({ kind: 'cut' })
  await until(() => open.ending() === 'reset' && echo.sockets.size === 0)
  expect((await call(link.listenPort)).ending()).toBe('refused')
  expect(await link.statistics()).toMatchObject({ listening: false, cut: true })

  await cut.lift()
  const after = await call(link.listenPort)
  after.send('after')
  await until(() => after.text() === 'after')
})

test('a cut discards what is held, so that a release brings nothing back', async () => {
  const { echo, link } = await startLink()
  const hold = await link.disturb({ kind: 'hold', direction: 'upstream' })
  const caller = await call(link.listenPort)
  caller.send('never to arrive')
  let held = 0
  while (held === 0) held = (await link.statistics()).heldBytes.upstream
  let arrived = 0
  for (const socket of echo.sockets) socket.on('data', (bytes) => (arrived += bytes.length))

  const cut = await link.disturb({ kind: 'cut' })
  expect((await link.statistics()).heldBytes).toEqual({ upstream: 0, downstream: 0 })
  await until(() => caller.ending() === 'reset')
  await cut.lift()
  await hold.lift()
  const after = await call(link.listenPort)
  after.send('fresh')
  await until(() => after.text() === 'fresh')
  expect(arrived).toBe(0)
})

test('of two cuts the last lifted opens the link, in any order and lifted twice', async () => {
  const { link } = await startLink()
  const first = await link.disturb({ kind: 'cut' })
  const second = await link.disturb({ kind: 'cut' })
  await Promise.all([first.lift(), first.lift()])
  expect((await call(link.listenPort)).ending()).toBe('refused')
  await second.lift()
  await second.lift()
  expect((await call(link.listenPort)).ending()).toBe('open')
})

test.runIf(process.platform === 'linux')(
  'the port of a cut link is bound to a connection, so that the system gives it to nobody',
  async () => {
    const { link } = await startLink()
    const cut = await link.disturb({ kind: 'cut' })
    expect((await call(link.listenPort)).ending()).toBe('refused')
    expect(connectionsFrom(link.listenPort)).toBe(1)
    await cut.lift()
    await until(() => connectionsFrom(link.listenPort) === 0)
    expect((await call(link.listenPort)).ending()).toBe('open')
  },
)

/** Established connections that begin at a port of 127.0.0.1, as the kernel lists them. */
function connectionsFrom(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  return rows.filter((row) => new RegExp(`^ *\\d+: ${local} \\S+ 01 `).test(row)).length
}

test('a port that is busy when the link comes back is named, and lifting again succeeds', async () => {
  const { link } = await startLink()
  const cut = await link.disturb({ kind: 'cut' })
  const squatter = await serveEcho(link.listenPort)
  await expect(cut.lift()).rejects.toThrow('could not remove cut from the link link')
  expect((await link.statistics()).cut).toBe(true)
  await squatter.close()
  await cut.lift()
  expect((await link.statistics()).listening).toBe(true)
})
