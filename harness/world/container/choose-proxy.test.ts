import { expect, type TestContext, test } from 'vitest'
import { need } from '../../kernel/testing/need.ts'
import { callEngine } from '../../ledger/engine.ts'
import { emptyImage, engineForTests } from '../../ledger/testing/engine-fixture.ts'
import { chooseProxy, prepareToxiproxy, proxyImage } from './choose-proxy.ts'
import { openEngineRuntime } from './engine-runtime.ts'
import { imageOf } from './images.ts'

// Goal: a run that names no proxy gets one that is to be had, and one that names a Toxiproxy learns
// why there is none. Method: the real engine, an image that is here, and a registry that nobody is.

const engineOf = async (context: TestContext): Promise<string> =>
  need(context, 'docker', await engineForTests())

/** Nobody listens there, so it answers at once. */
const unreachable = { INTERREGNUM_PROXY_IMAGE: '127.0.0.1:1/toxiproxy:2.12.0' }

test('the environment names the image of a Toxiproxy, and of nothing else', () => {
  expect(proxyImage('toxiproxy', {})).toMatch(/^ghcr\.io\/shopify\/toxiproxy:2\.\d+\.\d+$/)
  expect(proxyImage('toxiproxy', { INTERREGNUM_PROXY_IMAGE: '' })).toBe(proxyImage('toxiproxy', {}))
  const own = { INTERREGNUM_PROXY_IMAGE: 'mine:1' }
  expect([proxyImage('toxiproxy', own), proxyImage('link-proxy', own)]).toEqual([
    'mine:1',
    imageOf('link-proxy'),
  ])
})

test('a Toxiproxy is taken where its image is here, our own where it is not to be had', async (context) => {
  const engine = await engineOf(context)
  const image = await emptyImage(engine, {})
  const here = { INTERREGNUM_PROXY_IMAGE: image }
  try {
    expect([await chooseProxy(here), await chooseProxy(unreachable)]).toEqual([
      'toxiproxy',
      'link-proxy',
    ])
    await prepareToxiproxy(await openEngineRuntime(), here)
  } finally {
    await callEngine(engine, 'DELETE', `/images/${image}`)
  }
})

test('an image of ours that stands for the public one is ours', async () => {
  expect(await chooseProxy({ INTERREGNUM_PROXY_IMAGE: imageOf('link-proxy') })).toBe('link-proxy')
})

test('an image that cannot be pulled says what to take instead', async (context) => {
  await engineOf(context)
  await expect(prepareToxiproxy(await openEngineRuntime(), unreachable)).rejects.toMatchObject({
    message: expect.stringContaining(
      '127.0.0.1:1/toxiproxy:2.12.0 is not here and cannot be pulled',
    ),
    hint: expect.stringContaining('--proxy link-proxy'),
  })
})
