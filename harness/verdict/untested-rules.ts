import type { Profile, Requirement } from '../profiles/profile.ts'
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
    const unjudged = requirements.filter((rule) => rule.judgements.length === 0)
    const silent = unjudged.filter((rule) => rule.notJudged === undefined).length
    const open = requirements.filter(
      ({ id, judgements }) => judgements.length > 0 && !touched.has(id),
    )
    return [
      ...open.map((rule) => ({
        what: `${rule.id} ${rule.name}`,
        reason: 'no scenario of this run judged it',
      })),
      ...requirements.flatMap(leftOut),
      ...(silent === 0
        ? []
        : [
            {
              what: `${silent} of the ${requirements.length} rules of ${name}`,
              reason: 'not judged by this version',
            },
          ]),
    ]
  })
}

/** What a profile says that it does not judge, of a whole rule or of a part of it. */
function leftOut({ id, name, judgements, notJudged }: Requirement): RunResult['notTested'] {
  if (notJudged === undefined) return []
  const part = judgements.length === 0 ? '' : ', in part'
  return [{ what: `${id} ${name}${part}`, reason: notJudged }]
}
