import { expect, test } from 'vitest'
import type { EventLine, FaultEffect, FaultPhase } from '../history/line.ts'
import { memorySink } from '../history/memory-sink.ts'
import { sampleHeader } from '../history/testing/sample-lines.ts'
import { systemClock } from '../kernel/clock.ts'
import { runInSim } from '../world/sim/run-in-sim.ts'
import { Recorder } from './recorder.ts'

test('the header comes first, then every line with microseconds since the start', async () => {
  await runInSim({ seed: 1 }, async ({ clock }) => {
    await clock.sleep(5_000)
    const sink = memorySink()
    const recorder = new Recorder(sink, clock, sampleHeader())
    recorder.record({ type: 'mark', name: 'start' })
    await clock.sleep(1_234)
    recorder.record({ type: 'mark', name: 'note', detail: 'x' })
    expect(sink.lines).toEqual([
      sampleHeader(),
      { type: 'mark', name: 'start', at: 0 },
      { type: 'mark', name: 'note', detail: 'x', at: 1_234 },
    ])
  })
})

test('stamps of the real clock never decrease and are whole', () => {
  const sink = memorySink()
  const recorder = new Recorder(sink, systemClock(), sampleHeader())
  for (let index = 0; index < 5_000; index += 1) recorder.record({ type: 'mark', name: 'note' })
  const stamps = sink.lines.slice(1).map((line) => (line as EventLine).at)
  expect(stamps).toHaveLength(5_000)
  expect(stamps).toEqual([...stamps].sort((a, b) => a - b))
  expect(stamps.filter((at) => !Number.isSafeInteger(at) || at < 0)).toEqual([])
})

test('after its end a history takes nothing more', () => {
  const sink = memorySink()
  const recorder = new Recorder(sink, systemClock(), sampleHeader())
  recorder.record({ type: 'end', reason: 'complete' })
  recorder.record({ type: 'mark', name: 'note' })
  recorder.record({ type: 'end', reason: 'error' })
  expect(sink.lines.map((line) => line.type)).toEqual(['header', 'end'])
})

test('whoever listens gets every line once it is stamped; completions are counted', () => {
  const recorder = new Recorder(memorySink(), systemClock(), sampleHeader())
  const heard: string[] = []
  recorder.listen((line) => heard.push(line.type))
  for (const type of ['ok', 'fail', 'info'] as const) {
    recorder.record({
      ...{ type: 'invoke', process: 0, operation: `op-${type}`, function: 'sign-in', user: 'u1' },
      ...{ region: 'us-east-1', purpose: 'workload', arguments: {} },
    })
    recorder.record({ type, process: 0, operation: `op-${type}` })
  }
  recorder.record({ type: 'mark', name: 'note' })
  expect(heard).toEqual(['invoke', 'ok', 'invoke', 'fail', 'invoke', 'info', 'mark'])
  expect(recorder.completed).toBe(3)
})

test('an effect is in force from the first step of its fault until its heal is verified', () => {
  const recorder = new Recorder(memorySink(), systemClock(), sampleHeader())
  const replication: FaultEffect = { effect: 'replication-disturbed', region: 'us-east-1' }
  const step = (fault: string, phase: FaultPhase): boolean => {
    recorder.record({
      ...{ type: 'fault', fault, kind: 'cut', phase, parameters: {} },
      effects: [replication],
    })
    return recorder.disturbed('replication-disturbed')
  }
  expect(recorder.disturbed('replication-disturbed')).toBe(false)
  expect(step('fault1', 'apply')).toBe(true)
  expect(step('fault2', 'apply')).toBe(true)
  expect(step('fault1', 'healed')).toBe(true)
  expect(step('fault1', 'heal-verified')).toBe(true)
  expect(step('fault2', 'heal-not-verified')).toBe(true)
  expect(recorder.disturbed('clock-skewed')).toBe(false)
  expect(step('fault2', 'heal-verified')).toBe(false)
})
