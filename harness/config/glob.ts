import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { byText } from '../kernel/compare.ts'
import { LimitError } from '../kernel/errors.ts'

/** Most entries of a folder tree that are looked at. */
const entriesMax = 100_000

/**
 * Files below `root` that match one of the patterns, sorted, as absolute paths. A pattern knows
 * `*` (within a name), `**` (any folders) and `?`; `node_modules`, `dist` and hidden folders are
 * never entered.
 */
export async function globFiles(
  root: string,
  patterns: readonly string[],
): Promise<readonly string[]> {
  const matchers = patterns.map(patternOf)
  const found: string[] = []
  let seen = 0
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      seen += 1
      if (seen > entriesMax) {
        throw new LimitError(`more than ${entriesMax} files below ${root}`, {
          hint: 'name the folders of scenarios in interregnum.config.ts',
        })
      }
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!skipped(entry.name)) await walk(path)
      } else if (matches(relative(root, path).split(sep).join('/'), matchers)) found.push(path)
    }
  }
  for (const start of startsOf(patterns)) await walk(join(root, start))
  return [...new Set(found)].sort(byText)
}

function skipped(name: string): boolean {
  return name === 'node_modules' || name === 'dist' || name.startsWith('.')
}

function matches(path: string, matchers: readonly RegExp[]): boolean {
  return matchers.some((matcher) => matcher.test(path))
}

/** The folders above the first wildcard of each pattern: nothing else is walked. */
function startsOf(patterns: readonly string[]): ReadonlySet<string> {
  return new Set(
    patterns.map((pattern) => {
      const parts = normal(pattern).split('/')
      const wild = parts.findIndex((part) => /[*?]/.test(part))
      return parts.slice(0, wild < 0 ? -1 : wild).join('/')
    }),
  )
}

function normal(pattern: string): string {
  return pattern.replace(/^\.\//, '')
}

function patternOf(pattern: string): RegExp {
  const source = normal(pattern)
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:[^/]+/)*'
      if (part === '**') return '.*'
      if (part === '*') return '[^/]*'
      if (part === '?') return '[^/]'
      return part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    })
    .join('')
  return new RegExp(`^${source}$`)
}
