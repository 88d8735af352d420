import { expect, test } from 'vitest'
import { HistoryBrokenError, HistoryUnreadableError, InterregnumError } from '../kernel/errors.ts'
import { HistoryParser } from './history-parser.ts'
import type { Line } from './line.ts'
import { memorySink } from './memory-sink.ts'
import { historyDigest, loadHistory, readHistory, scanHistory } from './reader.ts'
import { sampleHeader, sampleHistory, sampleWrites } from './testing/sample-lines.ts'

function bytesOf(lines: readonly Line[]): Buffer {
  const sink = memorySink()
  for (const line of lines) sink.append(line)
  return Buffer.from(sink.toBytes())
}

test('what was written is what is read, in both ways', async () => {
  const history = sampleHistory(2_000)
  const bytes = bytesOf(history)
  const { header, lines } = loadHistory(bytes)
  expect([header, ...lines]).toEqual(history)
  const streamed: Line[] = []
  for await (const line of readHistory(bytes)) streamed.push(line)
  expect(streamed).toEqual(history)
})

test('a chunk may end anywhere, inside a seal too', () => {
  const bytes = bytesOf(sampleHistory(600))
  const seal = bytes.indexOf('\n{"type":"block"')
  const blocks = scanHistory(bytes, { line: () => {} }).blocks
  for (let cut = seal - 3; cut < seal + 130; cut += 1) {
    const parser = new HistoryParser('cut', { line: () => {} })
    parser.push(bytes.subarray(0, cut))
    parser.push(bytes.subarray(cut, cut + 1))
    parser.push(bytes.subarray(cut + 1))
    expect([cut, parser.finish().blocks]).toEqual([cut, blocks])
  }
})

test('the index counts lines without seals', () => {
  const indexes: number[] = []
  const { lines } = scanHistory(bytesOf(sampleHistory(1_000)), {
    line: (_, index) => indexes.push(index),
  })
  expect(indexes).toEqual(Array.from({ length: 2_001 }, (_, index) => index + 1))
  expect(lines).toBe(2_002)
})

test('every change of a byte in a sealed block is noticed', () => {
  const bytes = bytesOf(sampleHistory(300))
  const end = bytes.length - 1
  for (let at = 0; at < end; at += 97) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    let refused = false
    try {
      refused = loadHistory(changed).torn !== undefined
    } catch (error) {
      refused = error instanceof HistoryBrokenError || error instanceof HistoryUnreadableError
    }
    expect(refused, `byte ${at}`).toBe(true)
  }
})

test('a changed line names its block and where the seal stands', () => {
  const text = bytesOf(sampleHistory(1_000)).toString()
  const changed = text.replace('"op900"', '"op901"')
  const line = text.slice(0, text.indexOf('"op900"')).split('\n').length
  expect(() => loadHistory(Buffer.from(changed))).toThrow(HistoryBrokenError)
  const message = messageOf(() => loadHistory(Buffer.from(changed)))
  const [, first, last] = /line \d+: block \d+ \(lines (\d+) to (\d+)\) is not/.exec(message) ?? []
  expect(Number(first)).toBeLessThanOrEqual(line)
  expect(Number(last)).toBeGreaterThanOrEqual(line)
})

test('a block that was taken out or moved is noticed', () => {
  const lines = bytesOf(sampleHistory(2_000)).toString().split('\n')
  const seals = lines.flatMap((line, index) => (line.startsWith('{"type":"block"') ? [index] : []))
  const [first = 0, second = 0] = seals
  const without = [...lines.slice(0, first + 1), ...lines.slice(second + 1)].join('\n')
  expect(() => loadHistory(Buffer.from(without))).toThrow(/block 3 stands where block 2 belongs/)
})

test('a last seal that stands twice is no line and no tail', () => {
  const bytes = bytesOf(sampleHistory(3))
  const seal = bytes.subarray(bytes.lastIndexOf('{"type":"block"'))
  const doubled = Buffer.concat([bytes, seal])
  expect(() => loadHistory(doubled)).toThrow(HistoryBrokenError)
  expect(() => loadHistory(doubled)).toThrow(
    /the seal of block 1 stands twice; the lines of block 2 were expected/,
  )
})

test('another format says which version to check it with, whatever its header looks like', () => {
  const later = Buffer.from('{"type":"header","format":9,"regions":"elsewhere"}\n')
  expect(hintOf(() => loadHistory(later))).toBe(
    'a newer version of interregnum wrote it: check it with that one',
  )
})

test('seals that were all taken out do not make a torn history', () => {
  const lines = bytesOf(sampleHistory(2_000)).toString().split('\n')
  const without = lines.filter((line) => !line.startsWith('{"type":"block"')).join('\n')
  expect(() => loadHistory(Buffer.from(without))).toThrow(/block 1 has no seal/)
})

test('a history that was cut anywhere is read as far as it goes', () => {
  const history = sampleHistory(600)
  const bytes = bytesOf(history)
  const headerEnd = bytes.indexOf(10) + 1
  for (let cut = headerEnd; cut < bytes.length; cut += 211) {
    const { lines, torn } = loadHistory(bytes.subarray(0, cut))
    expect(torn, `cut at ${cut}`).toBeDefined()
    expect(lines).toEqual(history.slice(1, 1 + lines.length))
  }
})

test('the tail says where it is torn', () => {
  const bytes = bytesOf(sampleHistory(2))
  expect(loadHistory(bytes.subarray(0, bytes.length - 5)).torn).toMatchInlineSnapshot(`
    {
      "line": 7,
      "reason": "the last line is cut off",
    }
  `)
  const open = bytesOf([sampleHeader(), ...sampleWrites(2)])
  expect(loadHistory(open).torn).toEqual({ line: 6, reason: 'there is no end line' })
})

test.each([
  ['an empty file', '', 'line 1: a whole header line is missing'],
  ['a text', 'Dear reader,\nthis is no history.\n', 'line 1: this is no header'],
  ['another JSON', '{"type":"mark"}\n', 'line 1: this is no header'],
  [
    'a later format',
    `${JSON.stringify({ ...sampleHeader(), format: 2 })}\n`,
    'line 1: format 2; this version reads format 1',
  ],
  ['a line of another kind', `${JSON.stringify(sampleHeader())}\n{"at":1}\n`, 'line 2: no "type"'],
  ['a line that is no JSON', `${JSON.stringify(sampleHeader())}\nhello\n`, 'line 2: no JSON'],
  [
    'a line that breaks a rule',
    `${JSON.stringify(sampleHeader())}\n{"type":"ok","at":1,"process":0,"operation":"op1"}\n`,
    'line 2: process 0 completes op1, which it has not open',
  ],
])('%s is unreadable', (_, text, message) => {
  expect(() => loadHistory(Buffer.from(text))).toThrow(HistoryUnreadableError)
  expect(messageOf(() => loadHistory(Buffer.from(text)))).toContain(`history: ${message}`)
})

test('a file that is not there is unreadable', () => {
  expect(() => loadHistory('/nowhere/history.ndjson')).toThrow(/cannot be read: ENOENT/)
})

test('equal histories have equal digests', () => {
  const digest = historyDigest(bytesOf(sampleHistory(10)))
  expect(digest).toBe(historyDigest(bytesOf(sampleHistory(10))))
  expect(digest).not.toBe(historyDigest(bytesOf(sampleHistory(11))))
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}

function hintOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    return InterregnumError.is(error) ? error.hint : undefined
  }
  return undefined
}
