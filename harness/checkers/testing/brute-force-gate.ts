import type { BruteForce } from './brute-force.ts'
import { exchangesOf } from './plain-exchanges.ts'
import {
  arrivedBy,
  type PlainHistory,
  type PlainReading,
  type PlainWrite,
  saysNothing,
} from './plain-history.ts'

/** The replica-gate checker: every refused write against every reading. */
export function bruteForceGate(history: PlainHistory): BruteForce {
  const probes = exchangesOf(history).filter(({ invoke }) => invoke.purpose === 'gate-probe')
  const findings = new Set<string>()
  const taken = probes.filter(({ type }) => type === 'ok')
  const unclear = probes.filter(({ type }) => type === 'info')
  const refused = probes.filter(({ type }) => type === 'fail')
  for (const { invoke } of taken) findings.add(`accepted ${invoke.operation}`)
  const writes = history.writes.filter(({ operation }) =>
    refused.some(({ invoke }) => invoke.operation === operation),
  )
  let low = 0
  let high = 0
  const values = new Set(writes.map(({ register, value }) => `${register} ${value}`))
  for (const one of values) {
    const same = writes
      .filter(({ register, value }) => `${register} ${value}` === one)
      .sort((a, b) => a.answeredAt - b.answeredAt)
    const first = same[0]
    if (first === undefined) continue
    const shown = history.readings
      .filter(
        (reading) =>
          reading.register === first.register &&
          reading.value === first.value &&
          reading.end > first.answeredAt &&
          !saysNothing(history, reading),
      )
      .map((reading) => effect(history, reading))
    if (shown.some((sure) => sure !== 'no')) high += 1
    if (!shown.includes('certainly')) continue
    low += 1
    findings.add(`effect ${first.operation}`)
  }
  const exact = (count: number): readonly [number, number] => [count, count]
  return {
    values: {
      'replica-gate.accepted': [taken.length, taken.length + unclear.length],
      'replica-gate.effects': [low, high],
      'replica-gate.refusals': exact(refused.length),
      'replica-gate.unclear': exact(unclear.length),
    },
    findings,
  }
}

function effect(history: PlainHistory, reading: PlainReading): 'no' | 'perhaps' | 'certainly' {
  const { register, value, inv, end } = reading
  const begun = (write: PlainWrite): boolean =>
    write.register === register &&
    write.inv < end &&
    (write.outcome !== 'fail' || write.answeredAt > end)
  const others = history.writes.filter((write) => begun(write) && write.value === value)
  if (others.length > 0) return 'no'
  if (value !== null) return 'certainly'
  const wasThere = history.writes.some(
    (write) =>
      begun(write) &&
      write.answeredAt < end &&
      write.value !== null &&
      arrivedBy(history, write.end, { inv, answeredAt: end }),
  )
  if (!wasThere) return 'no'
  const isCalm = history.faults.every((line) => line.phase !== 'apply' || line.at > end)
  return isCalm ? 'certainly' : 'perhaps'
}
