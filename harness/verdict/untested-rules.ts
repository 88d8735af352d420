import type { Profile } from '../profiles/profile.ts'
import type { RunResult } from './verdict.ts'

/** Rules of the profiles about which a run says nothing, with the reason. */
export function untestedRules(
  scenarios: RunResult['scenarios'],
  profiles: readonly Profile[],
): RunResult['notTested'] {
  const touched = new Set(
    scenarios
      .flatMap((scenario) => scenario.requirements)
      .filter((requirement) => requirement.verdict !== 'skipped')
      .map((requirement) => requirement.id),
  )
  return profiles.flatMap(({ name, requirements }) => {
    const unjudged = requirements.filter((requirement) => requirement.judgements.length === 0)
    const open = requirements.filter(
      ({ id, judgements }) => judgements.length > 0 && !touched.has(id),
    )
    return [
      ...open.map((rule) => ({
        what: `${rule.id} ${rule.name}`,
        reason: 'no scenario of this run judged it',
      })),
      ...(unjudged.length === 0
        ? []
        : [
            {
              what: `${unjudged.length} of the ${requirements.length} rules of ${name}`,
              reason: 'not judged by this version',
            },
          ]),
    ]
  })
}
