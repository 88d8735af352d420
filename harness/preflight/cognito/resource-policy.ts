import { Unseen } from '../check.ts'

/** A call of a service, as a resource policy judges it. */
export interface ServiceUse {
  /** Such as `cognito-idp.amazonaws.com`. */
  readonly service: string
  readonly action: string
  /** The ARN on whose behalf the service comes. */
  readonly source: string
  readonly account: string
}

interface Statement {
  readonly Effect?: unknown
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Action?: unknown
  readonly NotAction?: unknown
  readonly Condition?: unknown
}

/**
 * Whether a resource policy allows a service to act for a source. Statements are read as IAM reads
 * them, as far as such policies go: conditions on the source, its account and the encryption
 * context are compared, with `*` and `?` in the operators of likeness.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 * @returns undefined if it hangs on a condition of another kind, which cannot be judged from here.
 * @throws Unseen if it is no policy.
 */
export function policyAllows(policy: string, use: ServiceUse): boolean | undefined {
  let allowed: boolean | undefined = false
  let denied: boolean | undefined = false
  for (const statement of statementsOf(policy)) {
    if (!concerns(statement, use)) continue
    const holds = conditionsHold(statement.Condition, use)
    if (holds === false) continue
    if (statement.Effect === 'Deny') denied = denied === true || holds
    else if (statement.Effect === 'Allow') allowed = allowed === true || holds
  }
  if (denied === true || allowed === false) return false
  return denied === undefined || allowed === undefined ? undefined : true
}

/** Which sources a policy names, for sentences; nothing where it names none. */
export function sourcesText(policy: string): string {
  const named = statementsOf(policy).flatMap(({ Condition }) =>
    Object.values((Condition ?? {}) as Record<string, Record<string, unknown>>).flatMap((keys) =>
      Object.entries(keys).flatMap(([key, wanted]) =>
        isSource(key.toLowerCase()) ? listOf(wanted).map(String) : [],
      ),
    ),
  )
  const sources = [...new Set(named)]
  return sources.length === 0 ? '' : ` (the policy names ${sources.join(', ')})`
}

function statementsOf(policy: string): readonly Statement[] {
  try {
    const { Statement } = JSON.parse(policy) as { Statement?: Statement | Statement[] }
    return listOf(Statement) as readonly Statement[]
  } catch {
    throw new Unseen('a resource policy could not be read')
  }
}

function concerns(statement: Statement, { service, action }: ServiceUse): boolean {
  const { Principal, NotPrincipal, Action, NotAction } = statement
  const isNamed = (actions: unknown): boolean =>
    listOf(actions).some((one) => isLike(String(one), action, 'i'))
  const principal =
    NotPrincipal === undefined ? includes(Principal, service) : !includes(NotPrincipal, service)
  return principal && (NotAction === undefined ? isNamed(Action) : !isNamed(NotAction))
}

function includes(principal: unknown, service: string): boolean {
  const named = (principal ?? {}) as { readonly Service?: unknown; readonly AWS?: unknown }
  const everybody = principal === '*' || listOf(named.AWS).includes('*')
  return everybody || listOf(named.Service).includes(service)
}

/** Undefined: it hangs on something that is not known here. */
function conditionsHold(condition: unknown, use: ServiceUse): boolean | undefined {
  let known = true
  for (const [operator, keys] of Object.entries((condition ?? {}) as Record<string, object>)) {
    for (const [key, wanted] of Object.entries(keys)) {
      const value = contextOf(key.toLowerCase(), use)
      const matches = value === undefined ? undefined : comparisonOf(operator)
      if (value === undefined || matches === undefined) known = false
      else if (listOf(wanted).some((one) => matches(String(one), value)) === isNegated(operator)) {
        return false
      }
    }
  }
  return known ? true : undefined
}

function contextOf(key: string, { source, account }: ServiceUse): string | undefined {
  if (isSource(key)) return source
  return key === 'aws:sourceaccount' ? account : undefined
}

function isSource(key: string): boolean {
  return key === 'aws:sourcearn' || key === 'kms:encryptioncontext:aws:cognito-idp:userpool-arn'
}

/** It holds where none of its values matches. */
function isNegated(operator: string): boolean {
  return /(?:String|Arn)Not/.test(operator)
}

function comparisonOf(operator: string): ((wanted: string, value: string) => boolean) | undefined {
  const name = operator
    .replace(/^(?:ForAnyValue|ForAllValues):/, '')
    .replace(/IfExists$/, '')
    .replace('Not', '')
  switch (name) {
    case 'StringEquals':
      return (wanted, value) => wanted === value
    case 'StringLike':
    case 'ArnLike':
    case 'ArnEquals':
      return (wanted, value) => isLike(wanted, value, '')
    default:
      return undefined
  }
}

function isLike(pattern: string, value: string, flags: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  const expression = escaped.replaceAll('*', '.*').replaceAll('?', '.')
  return new RegExp(`^${expression}$`, flags).test(value)
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}
