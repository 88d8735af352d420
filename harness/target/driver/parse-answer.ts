import { type DriverAnswer, driverAnswer } from './protocol.ts'

/** What one line of a driver says, or which rule it breaks: a clause without what it held. */
export type ParsedAnswer =
  | { readonly answer: DriverAnswer }
  | { readonly broken: string; readonly id?: number }

/**
 * Reads one line strictly: every field of the schema, none beside. A clause names the field and
 * never quotes a value, which may be a secret.
 */
export function parseAnswer(line: string): ParsedAnswer {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { broken: 'wrote a line that is not JSON' }
  }
  const parsed = driverAnswer.safeParse(value)
  if (parsed.success) {
    if (!namesPrototype(value)) return { answer: parsed.data }
    return { broken: 'wrote an answer with a field "__proto__"', id: parsed.data.id }
  }
  const [issue] = parsed.error.issues
  const id: unknown = (value as { id?: unknown } | null)?.id
  return {
    broken: `wrote an answer that is against the schema: ${issue === undefined ? 'unknown' : problemText(issue)}`,
    ...(typeof id === 'number' ? { id } : {}),
  }
}

/** A schema overlooks this name, and what it overlooks would go unnoticed. */
function namesPrototype(value: unknown): boolean {
  const { observed, results } = value as Readonly<Record<string, object | undefined>>
  return [observed, results].some((one) => one !== undefined && Object.hasOwn(one, '__proto__'))
}

interface Issue {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
}

/** Names are the driver's own: they are bounded. Messages of the schema quote no value. */
function problemText(issue: Issue): string {
  const path = issue.path.map(String).join('.').slice(0, 100)
  const field = path === '' ? 'the answer' : `"${path}"`
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys ?? []
    return `${field} has a field "${key.slice(0, 40)}" that there is not`
  }
  return `${field}: ${issue.message.slice(0, 200)}`
}
