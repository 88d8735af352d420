import { expect, test } from 'vitest'
import { HttpError } from '../../http/http.ts'
import { millis, seconds } from '../../kernel/time.ts'
import type { RunningNode, Topology } from '../../target/contract.ts'
import type { NodeFactory } from '../../target/region.ts'
import { runInSim, type Sim } from './run-in-sim.ts'
import { type SimStack, simWorld } from './sim-world.ts'
import { getRequest, putRequest, toyPlan, toyTopology } from './testing/toy-region.ts'

// Goal: a node reaches Regions over links of its own, and its life is its own.
// Method: a node that passes requests on to `east`, in virtual time.

const relay: NodeFactory = async (ports) => ({
  handle: (request) => ports.http('east').send(request),
  command: async () => ({ position: 0 }),
  close: async () => {},
})

function relayTopology(): Topology {
  const { regions, links } = toyTopology()
  const canary = { send: 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n', expect: 'HTTP/1.1 200' }
  return {
    regions,
    nodes: [{ name: 'shop', kind: 'relying-party', settings: {}, launch: { inProcess: relay } }],
    links: [
      ...links,
      { name: 'clients→shop', from: 'clients', to: 'shop', service: 'api', canary },
      { name: 'shop→east', from: 'shop', to: 'east', service: 'api', canary },
    ],
  }
}

async function withShop(
  body: (sim: Sim, stack: SimStack, shop: RunningNode) => Promise<void>,
): Promise<void> {
  await runInSim({ seed: 3 }, async (sim) => {
    await using stack = await simWorld({ plan: toyPlan }).start(relayTopology())
    const shop = stack.nodes?.[0]
    if (shop === undefined) throw new Error('the topology has a node')
    await body(sim, stack, shop)
  })
}

test('a request to a node crosses two links to the Region', async () => {
  await withShop(async (_sim, stack, shop) => {
    expect((await shop.http.send(putRequest('a', '1'))).status).toBe(200)
    const { body } = await shop.http.send(getRequest('a'))
    expect(Buffer.from(body).toString()).toBe('1')
    expect(stack.regions.map(({ name }) => name)).toEqual(['east', 'west'])
  })
})

test("cutting the node's link leaves the clients' link of the Region alone", async () => {
  await withShop(async (sim, stack, shop) => {
    const link = stack.links.find(({ name }) => name === 'shop→east')
    const cut = await link?.disturb({ kind: 'cut' })
    const east = stack.regions[0]
    expect((await shop.http.send(getRequest('a'))).status).toBe(500)
    expect((await east?.http.send(putRequest('a', '1')))?.status).toBe(200)
    await cut?.lift()
    await sim.clock.sleep(millis(1))
    expect((await shop.http.send(getRequest('a'))).status).toBe(200)
  })
})

test('a paused node answers when it goes on, a dead one never', async () => {
  await withShop(async (sim, _stack, shop) => {
    await shop.lifecycle.pause()
    const waiting = shop.http.send(putRequest('a', '1'))
    await sim.clock.sleep(seconds(1))
    await shop.lifecycle.resume()
    expect((await waiting).status).toBe(200)
    await shop.lifecycle.crash()
    await expect(shop.http.send(getRequest('a'))).rejects.toThrow(HttpError)
    await shop.lifecycle.start()
    expect((await shop.http.send(getRequest('a'))).status).toBe(200)
  })
})
