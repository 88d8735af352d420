import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { discoverScenarios } from './config/discover-scenarios.ts'
import { packageRoot } from './kernel/paths.ts'
import type { Scenario } from './scenario/scenario.ts'
import * as access from './workload/access.ts'
import * as factors from './workload/factors.ts'
import * as guesses from './workload/guesses.ts'

// Goal: a system that lacks what a script uses skips the scenario and is not broken by it. Method:
// what the text of each script names, with that of the modules beside it, is held against what the
// scenario declares; a text that names more has to be found out.

/** What a script names. */
interface Named {
  readonly faults: readonly string[]
  readonly functions: readonly string[]
  readonly links: readonly string[]
}

const helpers: Readonly<Record<string, object>> = { access, factors, guesses }

function namedIn(text: string): Named {
  const all = (pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map(([, name = '']) => name)
  const called = [...text.matchAll(/\b(access|factors|guesses)\.(\w+)\(/g)]
  return {
    faults: [
      ...all(/\.inject\(\s*'([\w-]+)'/g),
      ...(/\bclients\.failover\(/.test(text) ? ['failover'] : []),
    ],
    functions: [
      ...called.map(([, room = '', name = '']) => functionOf(room, name)),
      ...all(/\bfunction: '([\w-]+)'/g),
    ],
    links: [
      ...(/\blinks\.replication\b|\bbetween\(replica\b/.test(text) ? ['replication'] : []),
      ...(/\bbetween\(primary\b/.test(text) ? ['reverse-replication'] : []),
    ],
  }
}

/** What a helper does, by doing it. */
function functionOf(room: string, name: string): string {
  const make = (helpers[room] as Record<string, (...given: unknown[]) => unknown>)[name]
  const made = make?.('user', 'op1', 'op1', 'op1') as { readonly function?: string } | undefined
  expect(made?.function, `${room}.${name}`).toBeTypeOf('string')
  return made?.function ?? ''
}

function undeclared(named: Named, { needs }: Pick<Scenario, 'needs'>): readonly string[] {
  const missing = (field: string, names: readonly string[], declared: readonly string[] = []) =>
    [...new Set(names)]
      .filter((name) => !declared.includes(name))
      .map((name) => `needs.${field}: ${name}`)
  return [
    ...missing('faults', named.faults, needs.faults),
    ...missing('functions', named.functions, needs.functions),
    ...missing('links', named.links, needs.links),
  ]
}

/** The text of a script, with whatever it imports of the modules beside it, and what that calls. */
function textOf(file: string): string {
  const code = codeOf(file)
  const texts = [code]
  const take = (names: readonly string[], pieces: ReadonlyMap<string, string>): void => {
    for (const name of names) {
      const piece = pieces.get(name)
      if (piece === undefined || texts.includes(piece)) continue
      texts.push(piece)
      take(piece.match(/\b\w+\b/g) ?? [], pieces)
    }
  }
  for (const [, names = '', path = ''] of code.matchAll(/import \{([^}]*)\} from '(\.[^']+)'/g)) {
    take(names.match(/\w+/g) ?? [], piecesOf(join(dirname(file), path)))
  }
  return texts.join('\n')
}

/** What stands at the outermost level of a module, and of those that it imports, by name. */
function piecesOf(file: string): ReadonlyMap<string, string> {
  const code = codeOf(file)
  const pieces = code.split(/^(?=(?:export )?(?:async )?(?:function|const|class) )/m)
  const beside = [...code.matchAll(/ from '(\.[^']+)'/g)]
  return new Map([
    ...beside.flatMap(([, path = '']) => [...piecesOf(join(dirname(file), path))]),
    ...pieces.map((piece): [string, string] => [
      /(?:function|const|class) (\w+)/.exec(piece)?.[1] ?? '',
      piece,
    ]),
  ])
}

/** A module without its comments: they may name anything. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

const found = await discoverScenarios({ folder: packageRoot, library: {} })

test.for(found.map(({ scenario, file }) => ({ id: scenario.id, scenario, file })))(
  '$id declares what its script names',
  ({ scenario, file }) => {
    expect(undeclared(namedIn(textOf(file)), scenario)).toEqual([])
  },
)

describe('a script that names more than it declares', () => {
  const needs = { faults: ['cut'], functions: ['sign-in'] } as const
  test.for<[string, readonly string[]]>([
    ["await nemesis.inject('cut', { link: links.clientsToPrimary })", []],
    ["await nemesis.inject(\n 'hold', { link })", ['needs.faults: hold']],
    ['await clients.failover()', ['needs.faults: failover']],
    ['links.replication', ['needs.links: replication']],
    ['links.between(primary.name, replica.name)', ['needs.links: reverse-replication']],
    ['workload.attempt(access.signIn(user, password))', []],
    ['access.revoke(user, session)', ['needs.functions: revoke']],
    ["{ function: 'read-user', user }", ['needs.functions: read-user']],
  ])('%s', ([text, expected]) => {
    expect(undeclared(namedIn(text), { needs })).toEqual(expected)
  })
})
