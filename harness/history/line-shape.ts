import type { Line } from './line.ts'

/**
 * Whether a parsed value has the fields that readers rely on without looking again. The sentence
 * says what is wrong; undefined is good. Deeper fields are the business of who reads them.
 */
export function shapeProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no JSON object'
  const line = value as Partial<Record<string, unknown>> as Partial<Line> & Fields
  if (typeof line.type !== 'string') return 'no "type"'
  if (line.type === 'header') return headerProblem(line)
  if (typeof line.at !== 'number') return '"at" must be a number'
  switch (line.type) {
    case 'invoke':
      return (
        notNumber(line, 'process') ??
        notText(line, ['operation', 'function', 'user', 'region', 'purpose']) ??
        (typeof line.arguments === 'object' && line.arguments !== null
          ? undefined
          : '"arguments" must be an object') ??
        notRecords(line, ['writes'])
      )
    case 'ok':
    case 'fail':
    case 'info':
      return (
        notNumber(line, 'process') ??
        notText(line, ['operation']) ??
        notRecords(line, ['observed', 'tokens'])
      )
    case 'fault':
      return notText(line, ['fault', 'kind', 'phase']) ?? notArray(line, 'effects')
    case 'route':
      return notText(line, ['region'])
    case 'mark':
      return notText(line, ['name'])
    case 'jwks':
      return notText(line, ['region', 'snapshot']) ?? notArray(line, 'keys')
    case 'harness':
      return notNumber(line, 'eventLoopDelayMicrosMax') ?? notNumber(line, 'limitMicros')
    case 'casualty':
      return notText(line, ['name', 'how']) ?? notNumber(line, 'pid')
    case 'end':
      return notText(line, ['reason'])
    default:
      return undefined
  }
}

type Fields = Readonly<Record<string, unknown>>

function headerProblem(line: Fields): string | undefined {
  const { declared, regions, requirements, objectives = [] } = line
  if (typeof line.format !== 'number') return '"format" must be a number'
  if (!isRecord(declared)) return '"declared" must be an object'
  if (!Array.isArray(regions) || !regions.every(isRecord)) return '"regions" must be an array'
  if (!Array.isArray(objectives) || !objectives.every((one) => typeof one === 'string')) {
    return '"objectives" must be an array of strings'
  }
  return Array.isArray(requirements) ? undefined : '"requirements" must be an array'
}

function notNumber(line: Fields, name: string): string | undefined {
  return typeof line[name] === 'number' ? undefined : `"${name}" must be a number`
}

function notText(line: Fields, names: readonly string[]): string | undefined {
  for (const name of names) if (typeof line[name] !== 'string') return `"${name}" must be a string`
  return undefined
}

function notArray(line: Fields, name: string): string | undefined {
  return Array.isArray(line[name]) ? undefined : `"${name}" must be an array`
}

function notRecords(line: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = line[name]
    if (value === undefined) continue
    if (!Array.isArray(value) || !value.every(isRecord)) {
      return `"${name}" must be an array of objects`
    }
  }
  return undefined
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
