import { expect, test } from 'vitest'
import { HeldBytes } from './held-bytes.ts'
import { ToxicStream } from './stream.ts'
import { bandwidthToxic } from './toxics/bandwidth.ts'
import { blackHoleToxic } from './toxics/black-hole.ts'
import { holdToxic } from './toxics/hold.ts'
import type { ToxicStage, ToxicType } from './toxics/toxic.ts'

/** Goal: order and slowing down across a chain. Method: a stream with a sink that can be full. */

function stage(type: ToxicType, attributes: Record<string, number> = {}): ToxicStage {
  const begun = type.begin?.({
    attribute: (name) => attributes[name] ?? 0,
    begunAt: 0,
    draw: () => {
      throw new Error('no draw expected')
    },
  })
  if (begun === undefined) throw new Error('no stage')
  return begun
}

function openStream(heldBytesMax?: number) {
  const got: string[] = []
  const held = new HeldBytes(heldBytesMax)
  const sink = {
    full: false,
    write: (bytes: Buffer) => {
      got.push(bytes.toString())
    },
    finish: (kind: string) => {
      got.push(`<${kind}>`)
    },
  }
  const source = {
    paused: false,
    pause: () => {
      source.paused = true
    },
    resume: () => {
      source.paused = false
    },
  }
  const stream = new ToxicStream({ sink, source, now: () => 0, held })
  const send = (text: string): void => stream.push({ kind: 'data', bytes: Buffer.from(text) })
  return { stream, sink, source, got, held, send }
}

test('without toxics bytes pass at once, and a full sink pauses the source until it drains', () => {
  const { stream, sink, source, got, send } = openStream()
  send('a')
  sink.full = true
  send('b')
  expect(source.paused).toBe(true)
  sink.full = false
  stream.pump()
  expect(source.paused).toBe(false)
  expect(got).toEqual(['a', 'b'])
})

test('removal puts what was held behind what the next toxic holds', () => {
  const { stream, got, send } = openStream()
  stream.insert(1, stage(holdToxic))
  send('old')
  stream.insert(2, stage(holdToxic))
  stream.remove(1)
  send('new')
  expect(got).toEqual([])
  stream.remove(2)
  expect(got).toEqual(['old', 'new'])
})

test('a toxic is placed by its order, not by the time of its insertion', () => {
  const { stream, got, send } = openStream()
  stream.insert(2, stage(holdToxic))
  send('a')
  stream.insert(1, stage(holdToxic))
  send('b')
  stream.remove(2)
  expect(got).toEqual(['a'])
  stream.remove(1)
  expect(got).toEqual(['a', 'b'])
})

test('what becomes due while the stream pumps is not forgotten', async () => {
  let micros = 0
  const got: string[] = []
  const sink = {
    full: false,
    write: (bytes: Buffer) => got.push(bytes.toString()),
    finish: () => {},
  }
  const source = { pause: () => {}, resume: () => {} }
  // Every look at the clock moves it on, across the due time of the byte.
  const now = (): number => {
    micros += 600
    return micros
  }
  const stream = new ToxicStream({ sink, source, now, held: new HeldBytes() })
  stream.insert(1, stage(bandwidthToxic, { rate: 1 }))
  stream.push({ kind: 'data', bytes: Buffer.from('a') })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(got).toEqual(['a'])
})

test('a full sink keeps bytes back in the toxic, but never the end of a connection', () => {
  const { stream, sink, got, send } = openStream()
  stream.insert(1, stage(bandwidthToxic, { rate: 1_000_000_000 }))
  sink.full = true
  send('a')
  expect(got).toEqual([])
  sink.full = false
  stream.pump()
  expect(got).toEqual(['a'])
  sink.full = true
  stream.push({ kind: 'reset' })
  expect(got).toEqual(['a', '<reset>'])
})

test('an abort does not wait for what other toxics hold', () => {
  const { stream, got, send } = openStream()
  stream.insert(1, stage(blackHoleToxic))
  send('lost')
  stream.insert(2, stage(holdToxic))
  stream.remove(1)
  expect(got).toEqual(['<abort>'])
})

test('bytes in toxics count until the stream ends, and too many of them pause the source', () => {
  const { stream, source, held, send } = openStream(4)
  stream.insert(1, stage(holdToxic))
  send('abc')
  expect([held.bytes, source.paused]).toEqual([3, false])
  send('d')
  expect([held.bytes, source.paused]).toEqual([4, true])
  stream.close()
  expect(held.bytes).toBe(0)
})

test('a stream without a receiver drops everything and lets its source go on', () => {
  const { stream, source, got, held, send } = openStream(1)
  stream.insert(1, stage(holdToxic))
  send('a')
  expect(source.paused).toBe(true)
  stream.discard()
  send('b')
  expect(source.paused).toBe(false)
  expect([got, held.bytes]).toEqual([[], 0])
})
