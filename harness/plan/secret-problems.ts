import type { Json } from '../kernel/json.ts'
import type { TopologyProblem } from './topology-error.ts'

/** Deeper than any setting of a target. */
const depthMax = 32

const secretName =
  /(?:password|secret|privatekey|apikey|accesskey|(?:^|admin|access|api|bearer|refresh)token)$/

/** Secrets stand in no topology: it goes into plans, and into somebody's repository. */
export function secretProblems(
  value: Json | undefined,
  path: readonly (string | number)[],
  depth: number,
): readonly TopologyProblem[] {
  if (typeof value !== 'object' || value === null) return []
  if (depth > depthMax) return [{ path, message: `Expected at most ${depthMax} levels` }]
  const problems: TopologyProblem[] = []
  for (const [key, child] of Object.entries(value as Readonly<Record<string, Json>>)) {
    const place = [...path, Array.isArray(value) ? Number(key) : key]
    const plain = key.toLowerCase().replaceAll(/[-_]/g, '')
    if ((typeof child === 'string' || typeof child === 'number') && secretName.test(plain)) {
      problems.push({
        path: place,
        message: 'Expected no secret here: write { environment: NAME_OF_A_VARIABLE }',
      })
    } else problems.push(...secretProblems(child, place, depth + 1))
  }
  return problems
}
