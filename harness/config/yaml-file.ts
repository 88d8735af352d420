import { type Document, isMap, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { UsageError } from '../kernel/errors.ts'
import { fileBytes } from '../kernel/file-bytes.ts'

/** Largest file that is read. */
export const yamlBytesMax = 1_048_576

/** Most aliases that are followed: a small file must not become a large value. */
const aliasesMax = 100

/** A YAML file that was read and checked. */
export interface YamlFile<T> {
  readonly value: T
  /** The bytes as they stand in the file. */
  readonly text: string
  /** `file:line` of a field, by its path; the file alone where it is not written. */
  placeOf(path: readonly PropertyKey[]): string
}

/**
 * Reads a YAML file of a user (YAML 1.2) and holds it against a schema.
 *
 * @param path - Of the file.
 * @param shown - How messages name it.
 * @throws UsageError naming the file, the line and the field of each problem.
 */
export function readYamlFile<S extends z.ZodType>(
  path: string,
  schema: S,
  shown = path,
): YamlFile<z.output<S>> {
  const text = textOf(path, shown)
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, version: '1.2' })
  const [first] = [...document.errors, ...document.warnings]
  if (first !== undefined) {
    const [message = ''] = first.message.split(' at line ')
    throw new UsageError(`${shown}:${first.linePos?.[0].line ?? 1}: ${message}`, { cause: first })
  }
  refuseLooseAliases(document, (offset) => `${shown}:${counter.linePos(offset).line}`)
  const placeOf = (field: readonly PropertyKey[]): string => {
    const offset = offsetOf(document.contents, field)
    return offset === undefined ? shown : `${shown}:${counter.linePos(offset).line}`
  }
  const parsed = schema.safeParse(contentOf(shown, document))
  if (parsed.success) return { value: parsed.data, text, placeOf }
  throw wrong(parsed.error, placeOf)
}

/** The parser says of them that there are some, and not where. */
function refuseLooseAliases(document: Document.Parsed, placeOf: (offset: number) => string): void {
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return
      const place = placeOf(alias.range?.[0] ?? 0)
      throw new UsageError(`${place}: there is no anchor &${alias.source} before this alias`)
    },
  })
}

function textOf(path: string, shown: string): string {
  try {
    return fileBytes(path, yamlBytesMax).toString('utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${shown} cannot be read: ${why}`, { cause: error })
  }
}

function contentOf(shown: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax }) as unknown
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${shown}: ${why}`, { cause: error })
  }
}

function wrong(error: z.ZodError, placeOf: (path: readonly PropertyKey[]) => string): UsageError {
  const problems = error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      // What is wrong with a key is said by the schema of keys.
      const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message
      return [`${placeOf(issue.path)}: ${nameOf(issue.path)}: ${message}`]
    }
    return issue.keys.map((key) => {
      const field = [...issue.path, key]
      return `${placeOf(field)}: there is no field ${nameOf(field)}`
    })
  })
  return new UsageError(problems.join('\n'), { cause: error })
}

function nameOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole' : `"${path.map(String).join('.')}"`
}

/** Where a field begins: its key, or itself in a list; else where what holds it begins. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = root
  let offset = root?.range?.[0]
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(part))
      if (pair === undefined) return offset
      offset = (pair.key as Node | null)?.range?.[0] ?? offset
      node = pair.value
    } else {
      const items: readonly unknown[] = (node as { items?: readonly unknown[] } | null)?.items ?? []
      const item = items[Number(part)] as Node | undefined
      if (item === undefined) return offset
      offset = item.range?.[0] ?? offset
      node = item
    }
  }
  return offset
}
