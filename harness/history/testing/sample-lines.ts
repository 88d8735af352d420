import { type EventLine, type HeaderLine, historyFormat, type Line } from '../line.ts'

/** A header for tests. */
export function sampleHeader(overrides: Partial<HeaderLine> = {}): HeaderLine {
  return {
    type: 'header',
    format: historyFormat,
    scenario: 'sample',
    claim: 'A claim.',
    requirements: ['FS-36'],
    seed: 7,
    target: 'reference',
    model: true,
    regions: [
      { name: 'us-east-1', role: 'primary' },
      { name: 'eu-west-1', role: 'replica' },
    ],
    declared: { lagMillisMax: 100, settleMillisMax: 10_000, clockSkewMillisMax: 0 },
    pinned: false,
    ...overrides,
  }
}

/** `count` acknowledged attribute writes, one after the other. */
export function sampleWrites(count: number, from = 1): EventLine[] {
  const lines: EventLine[] = []
  for (let number = from; number < from + count; number += 1) {
    const operation = `op${number}`
    lines.push({
      type: 'invoke',
      at: number * 10,
      process: 0,
      operation,
      function: 'update-attribute',
      user: 'u1',
      region: 'us-east-1',
      purpose: 'workload',
      arguments: { attribute: 'nickname' },
      writes: [{ register: 'u1/attribute:nickname', value: operation }],
    })
    lines.push({ type: 'ok', at: number * 10 + 5, process: 0, operation })
  }
  return lines
}

/** A whole history: header, writes, end. */
export function sampleHistory(count: number): Line[] {
  return [
    sampleHeader(),
    ...sampleWrites(count),
    { type: 'end', at: count * 10 + 10, reason: 'complete' },
  ]
}
