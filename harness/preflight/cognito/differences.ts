import { canonicalJson } from '../../kernel/json.ts'
import type { Looking } from './looking.ts'
import type { PoolPair } from './pool-pair.ts'

/** One field in which two values differ. */
export interface Difference {
  /** Names of fields with dots, such as `Policies.PasswordPolicy.MinimumLength`. */
  readonly path: string
  readonly one: unknown
  readonly other: unknown
}

/**
 * Every field in which two values differ, in the order of their paths. Lists of texts, and lists of
 * what has a name, are alike in any order.
 */
export function differencesOf(one: unknown, other: unknown, path = ''): readonly Difference[] {
  const [left, right] = [fieldsOf(one), fieldsOf(other)]
  const nested = left !== undefined || right !== undefined
  if (!nested || (left === undefined && one !== undefined) || (!right && other !== undefined)) {
    const same = canonicalJson(ordered(one)) === canonicalJson(ordered(other))
    return same ? [] : [{ path, one, other }]
  }
  const names = new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])
  return [...names]
    .sort()
    .flatMap((name) =>
      differencesOf(left?.[name], right?.[name], path === '' ? name : `${path}.${name}`),
    )
}

/** The fields of a record, or what a list of named records holds by name. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value instanceof Date || value instanceof Uint8Array) return undefined
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  const names = value.map((one) => (one as { readonly Name?: unknown } | null)?.Name)
  if (value.length === 0 || names.some((name) => typeof name !== 'string')) return undefined
  return new Set(names).size < names.length
    ? undefined
    : Object.fromEntries(value.map((one, index) => [names[index], one]))
}

function ordered(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return [...value]
  const texts = Array.isArray(value) && value.every((one) => typeof one === 'string')
  return texts ? [...value].sort() : value
}

/** What is compared and never shown: secrets of app clients and identity providers. */
const secret = /secret|private_key/i

/**
 * A difference in words, without what is secret.
 *
 * @param here - Where the one value stands, such as `us-east-1`.
 * @param there - Where the other stands.
 */
export function differenceText(
  { path, one, other }: Difference,
  here: string,
  there: string,
): string {
  if (secret.test(path)) return `${path} differs between ${here} and ${there}`
  return `${path} is ${valueText(one)} in ${here} and ${valueText(other)} in ${there}`
}

const valueTextMax = 120

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'unset'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > valueTextMax ? `${text.slice(0, valueTextMax)}…` : text
}

/**
 * Compares what both Regions hold by name, field by field. A finding is about a name where one of
 * them lacks it, else about a field of it.
 *
 * @param kind - Such as `app client`; one of them, in sentences.
 */
export function compareByName(
  looking: Looking,
  pair: PoolPair,
  kind: string,
  { primary, secondary }: Readonly<Record<'primary' | 'secondary', ReadonlyMap<string, object>>>,
): void {
  const [here, there] = [pair.region('primary'), pair.region('secondary')]
  let same = 0
  for (const [name, value] of primary) {
    const other = secondary.get(name)
    const differences = other === undefined ? [] : differencesOf(value, other)
    if (other === undefined) looking.found(name, `The ${kind} ${name} is missing in ${there}.`)
    else if (differences.length === 0) same += 1
    for (const difference of differences) {
      const told = differenceText(difference, here, there)
      looking.found(`${name} ${difference.path}`, `The ${kind} ${name} differs: ${told}.`)
    }
  }
  for (const name of secondary.keys()) {
    if (!primary.has(name)) looking.found(name, `The ${kind} ${name} is in ${there} alone.`)
  }
  looking.saw(`${same} of ${primary.size} ${kind}s are the same in both Regions.`)
}
