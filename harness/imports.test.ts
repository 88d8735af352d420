import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { packageRoot } from './kernel/paths.ts'

/**
 * Goal: imports run one way, and the judge shares no code with what it judges. Method: every
 * import of every source file, dynamic ones and those of types included, against `imports.json`.
 */
interface ImportRules {
  /** Rooms in the order of the data: each imports from itself and from those above it. */
  readonly order: readonly string[]
  /** Composition roots: they reach across rooms, and no room imports them. */
  readonly roots: readonly string[]
  /** Rooms that import these rooms and `node:` alone. */
  readonly pure: Readonly<Record<string, readonly string[]>>
  /** Folders of the stack that is judged. */
  readonly stack: readonly string[]
  /** Packages that a folder of the stack may import where they are needed, and no sooner. */
  readonly lazily: Readonly<Record<string, readonly string[]>>
  /** Applications that trust the tokens: they stand on the same packages as real ones. */
  readonly applications: readonly string[]
  /** Folders of the harness that may load the stack and the applications. */
  readonly loadsStack: readonly string[]
}

const rules: ImportRules = JSON.parse(
  readFileSync(join(packageRoot, 'harness/imports.json'), 'utf8'),
)

const loadedElsewhere = 'the stack is loaded by its target, other fixtures by tests'

/** One import: from a file to a path of this repository, or to a package. */
interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
  /** Imported when the line is reached. */
  readonly lazy?: boolean
}

/** Why an import is against the rules, or undefined. */
function offence({ from, to, typeOnly, lazy }: Import): string | undefined {
  const top = from.split('/')[0]
  if (top === 'scenarios') {
    const own = to === 'interregnum' || to.startsWith('node:') || to.startsWith('scenarios/')
    return own ? undefined : 'scenarios import interregnum and their own files'
  }
  if (top === 'fixtures') {
    return isLazy(from, to, lazy === true) ? undefined : fixtureOffence(from, to, typeOnly)
  }
  if (to === 'interregnum') return 'the harness imports its own files by path'
  const room = roomOf(from)
  if (to.startsWith('fixtures/')) {
    const loader = rules.roots.includes(room) || within(from, rules.loadsStack)
    const loaded = within(to, [...rules.stack, ...rules.applications])
    return loader && loaded ? undefined : loadedElsewhere
  }
  if (to.startsWith('scenarios/')) return 'the harness finds scenarios, it does not import them'
  return to.startsWith('harness/') ? roomOffence(room, roomOf(to)) : packageOffence(room, to)
}

function isLazy(from: string, to: string, lazy: boolean): boolean {
  return Object.entries(rules.lazily).some(
    ([folder, packages]) => lazy && from.startsWith(folder) && packages.includes(to),
  )
}

/** The stack shares no code with its judge. Other fixtures are test code and stand on both. */
function fixtureOffence(from: string, to: string, typeOnly: boolean): string | undefined {
  if (!within(from, rules.stack)) return undefined
  // Planted defects know the parts of an application, too: by their types.
  if (to.startsWith('harness/') || within(to, rules.applications)) {
    return typeOnly ? undefined : 'the stack knows only types of it'
  }
  if (to.startsWith('node:') || within(to, rules.stack)) return undefined
  return 'the stack stands on node: and its own files'
}

function within(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(folder))
}

function roomOffence(from: string, to: string): string | undefined {
  if (from === to || rules.roots.includes(from)) return undefined
  if (rules.roots.includes(to)) return `${to} is a composition root`
  const pure = rules.pure[from]
  if (pure !== undefined) return pure.includes(to) ? undefined : `${from} is pure`
  const [own, other] = [rules.order.indexOf(from), rules.order.indexOf(to)]
  if (own < 0) return `${from} is not in imports.json`
  return other >= 0 && other < own ? undefined : `${to} stands below ${from}`
}

function packageOffence(room: string, to: string): string | undefined {
  if (rules.pure[room] === undefined || to.startsWith('node:')) return undefined
  return `${room} is pure`
}

/** `kernel` of `harness/kernel/clock.ts`, `run.ts` of `harness/run.ts`. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? path
}

function importsOf(path: string): readonly Import[] {
  const text = readFileSync(join(packageRoot, path), 'utf8')
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, lazy = false): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const relative = specifier.text.startsWith('.')
    const to = relative ? join(dirname(path), specifier.text) : specifier.text
    found.push({ from: path, to, typeOnly, lazy })
  }
  const look = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause))
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true, true)
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, true)
    }
    ts.forEachChild(node, look)
  }
  look(tree)
  return found
}

/** `import type …`, or named imports of which each says `type`. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = clause.namedBindings
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly)
}

function listCode(): readonly string[] {
  return ['harness', 'fixtures', 'scenarios'].flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/\.test\.|(?:^|\/)testing\//.test(path))
      .map((path) => join(folder, path)),
  )
}

test('imports run one way', () => {
  const files = listCode()
  expect(files.length).toBeGreaterThan(50)
  const offences = files.flatMap(importsOf).flatMap((one) => {
    const why = offence(one)
    return why === undefined ? [] : [`${one.from} → ${one.to}: ${why}`]
  })
  expect(offences).toEqual([])
})

test('every room of the harness has its place, and every place its room', () => {
  const rooms = new Set(
    listCode()
      .filter((path) => path.startsWith('harness/'))
      .map(roomOf),
  )
  const known = new Set([...rules.order, ...rules.roots])
  expect([...rooms].sort()).toEqual([...known].sort())
})

test.for<[string, string, boolean, string | undefined]>([
  ['harness/history/line.ts', 'harness/kernel/time.ts', true, undefined],
  ['harness/kernel/time.ts', 'harness/history/line.ts', true, 'history stands below kernel'],
  ['harness/checkers/a.ts', 'harness/world/sim/a.ts', true, 'checkers is pure'],
  ['harness/checkers/a.ts', 'jose', false, 'checkers is pure'],
  ['harness/checkers/a.ts', 'node:crypto', false, undefined],
  ['harness/report/a.ts', 'harness/run.ts', false, 'run.ts is a composition root'],
  ['harness/cli/a.ts', 'harness/run.ts', false, undefined],
  ['fixtures/reference/a.ts', 'harness/target/region.ts', true, undefined],
  ['fixtures/reference/a.ts', 'harness/kernel/json.ts', false, 'the stack knows only types of it'],
  ['fixtures/reference/a.ts', 'jose', false, 'the stack stands on node: and its own files'],
  ['scenarios/a.ts', 'harness/index.ts', false, 'scenarios import interregnum and their own files'],
  ['harness/checkers/a.ts', 'fixtures/reference/a.ts', false, loadedElsewhere],
  ['harness/run.ts', 'fixtures/oracle/a.ts', false, loadedElsewhere],
  ['fixtures/oracle/a.ts', 'harness/history/reader.ts', false, undefined],
])('%s importing %s (types only: %s): %s', ([from, to, typeOnly, expected]) => {
  expect(offence({ from, to, typeOnly })).toBe(expected)
})
