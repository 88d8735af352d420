import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { packageRoot } from './kernel/paths.ts'
import { toolVersion } from './kernel/version.ts'

/**
 * Goal: the habits of this code base hold by themselves. Method: every source file is parsed; each
 * rule returns the places that break it, and the test expects none.
 */
const limits = { fileLines: 400, medianLines: 120, functionLines: 70, columns: 100 }

/** Tables, not logic: as long as what they list. */
const dataFiles = /-catalogue\.ts$|-table\.ts$|\/data\//

/** Files that are about the real world and may use its clocks, timers and chance. */
const realWorld = [
  'harness/kernel/',
  'harness/cli.ts',
  'harness/ledger/',
  'harness/link/',
  'harness/http/',
  'harness/world/process/',
  'harness/world/container/',
  'harness/world/sim/',
  'fixtures/reference/node-',
  'fixtures/reference/container.ts',
  'fixtures/systems/',
  // It gives a library that takes no clock the clock of its node.
  'fixtures/relying-party/aws-verifier.ts',
]

interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly tree: ts.SourceFile
  readonly isTest: boolean
}

const sources = listSources()
const code = sources.filter((source) => !source.isTest)

function listSources(): readonly SourceFile[] {
  return ['harness', 'fixtures', 'scenarios'].flatMap(filesBelow).map((path) => {
    const text = readFileSync(join(packageRoot, path), 'utf8')
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
    const isTest = /\.test\.|\/testing\//.test(path)
    return { path, text, lines: text.split('\n'), tree, isTest }
  })
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path))
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node)
  ts.forEachChild(node, (child) => visit(child, look))
}

function lineOf(source: SourceFile, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line + 1
}

function placeOf(source: SourceFile, node: ts.Node): string {
  return `${source.path}:${lineOf(source, node.getStart())}`
}

test('no file outgrows one reading, and half of them are short', () => {
  const long = sources.filter(
    ({ path, lines }) => lines.length > limits.fileLines && !dataFiles.test(path),
  )
  expect(long.map(({ path, lines }) => `${path}: ${lines.length} lines`)).toEqual([])
  const lengths = code.map(({ lines }) => lines.length).sort((a, b) => a - b)
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(limits.medianLines)
})

test('no function outgrows one screen', () => {
  const long: string[] = []
  for (const source of code) {
    visit(source.tree, (node) => {
      if (!ts.isFunctionLike(node)) return
      const length = lineOf(source, node.getEnd()) - lineOf(source, node.getStart()) + 1
      if (length > limits.functionLines) long.push(`${placeOf(source, node)}: ${length} lines`)
    })
  }
  expect(long).toEqual([])
})

test('no line is wider than a page, apart from the text that it quotes', () => {
  const wide: string[] = []
  for (const source of sources) {
    const quoted = quotedWidths(source)
    for (const [index, line] of source.lines.entries()) {
      const width = line.length - (quoted.get(index + 1) ?? 0)
      if (width > limits.columns) wide.push(`${source.path}:${index + 1}: ${width} columns`)
    }
  }
  expect(wide).toEqual([])
})

/** How many characters of each line stand in strings, templates and regular expressions. */
function quotedWidths(source: SourceFile): ReadonlyMap<number, number> {
  const widths = new Map<number, number>()
  visit(source.tree, (node) => {
    const literal =
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node) ||
      ts.isRegularExpressionLiteral(node)
    if (!literal) return
    for (const [offset, text] of node.getText().split('\n').entries()) {
      const line = lineOf(source, node.getStart()) + offset
      widths.set(line, (widths.get(line) ?? 0) + text.length)
    }
  })
  return widths
}

test('files are named in kebab case; nothing is exported by default or by star', () => {
  const wrong: string[] = []
  for (const source of sources) {
    if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.ts$/.test(basename(source.path))) wrong.push(source.path)
    visit(source.tree, (node) => {
      const star = ts.isExportDeclaration(node) && !node.exportClause
      const byDefault = node.kind === ts.SyntaxKind.DefaultKeyword && isExported(node.parent)
      if (star || ts.isExportAssignment(node) || byDefault) wrong.push(placeOf(source, node))
    })
  }
  // vitest asks for a default export there.
  expect(wrong.filter((place) => !place.startsWith('harness/vitest/global-setup.ts'))).toEqual([])
})

function isExported(node: ts.Node): boolean {
  return ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)
}

test('time and chance come from ports, except where the code is about the real world', () => {
  const wrong: string[] = []
  for (const source of code) {
    if (realWorld.some((prefix) => source.path.startsWith(prefix))) continue
    visit(source.tree, (node) => {
      const banned = bannedUse(node)
      if (banned !== undefined) wrong.push(`${placeOf(source, node)}: ${banned}`)
    })
  }
  expect(wrong).toEqual([])
})

const bannedMembers: ReadonlySet<string> = new Set([
  'Math.random',
  'Date.now',
  'performance.now',
  'crypto.randomUUID',
  'AbortSignal.timeout',
])
const bannedCalls: ReadonlySet<string> = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'randomUUID',
  'fetch',
])

function bannedUse(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const member = `${node.expression.getText()}.${node.name.text}`
    return bannedMembers.has(member) ? member : undefined
  }
  if (ts.isNewExpression(node)) {
    const bare = node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0
    return bare ? 'new Date()' : undefined
  }
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined
  return bannedCalls.has(node.expression.text) ? node.expression.text : undefined
}

test('nothing in the code admits to being unfinished, no test is switched off', () => {
  // Written in pieces, so that this file does not find itself.
  const words = ['TO' + 'DO', 'FIX' + 'ME', 'not imple' + 'mented', 'place' + 'holder']
  const marks = new RegExp(`\\b(?:${words.join('|')})\\b|@ts-(?:ignore|nocheck)`, 'i')
  const off = new RegExp(
    `\\b(?:test|it|describe)\\.(?:${['on' + 'ly', 'sk' + 'ip', 'to' + 'do'].join('|')})\\b`,
  )
  const found = sources.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      marks.test(line) || off.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
    ),
  )
  expect(found).toEqual([])
})

test('the changelog speaks of this version', () => {
  const changelog = readFileSync(join(packageRoot, 'CHANGELOG.md'), 'utf8')
  expect(changelog).toContain(`## ${toolVersion()}`)
})
