import { UsageError } from '../../kernel/errors.ts'

/** The tag of a pool that says what may be done with it; words apart from each other by spaces. */
export const consentTag = 'interregnum:consent'

/** The tag that pools of a run carry: the name of the run's prefix. */
export const runTag = 'interregnum:run'

/** `observe`: canary users sign in. `run`: scenarios too, with faults on the way of the clients. */
export type Consent = 'observe' | 'run'

/**
 * Refuses a pool whose owner did not agree.
 *
 * @param tags - Those of the pool, in the Region of its primary.
 * @throws UsageError that says which tag is wanted.
 */
export function requireConsent(
  poolId: string,
  tags: Readonly<Record<string, unknown>>,
  wanted: Consent,
): void {
  if (consentsTo(tags, wanted)) return
  const said = String(tags[consentTag] ?? '')
  const found = said === '' ? 'it has no such tag' : `it says "${said.slice(0, 64)}"`
  throw new UsageError(
    `pool ${poolId} does not consent: the tag ${consentTag} has to say "${wanted}"; ${found}`,
    { hint: 'nothing was touched; who owns the pool sets the tag' },
  )
}

/** Whether the tags of a pool say that its owner agrees. */
export function consentsTo(tags: Readonly<Record<string, unknown>>, wanted: Consent): boolean {
  const words = String(tags[consentTag] ?? '').split(/[\s,]+/)
  return words.includes(wanted) || (wanted === 'observe' && words.includes('run'))
}
