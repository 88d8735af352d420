import { abuseRules } from './failover-safety/abuse-rules.ts'
import { continuityRules } from './failover-safety/continuity-rules.ts'
import { deauthorisationRules } from './failover-safety/deauthorisation-rules.ts'
import type { Judging, Judgings } from './failover-safety/judging.ts'
import { lossRules } from './failover-safety/loss-rules.ts'
import { operationsRules } from './failover-safety/operations-rules.ts'
import { relyingPartyRules } from './failover-safety/relying-party-rules.ts'
import { type CatalogueEntry, failoverSafetyCatalogue } from './failover-safety-catalogue.ts'
import type { Profile, Requirement } from './profile.ts'

/** What judges each rule, by its id; thresholds with their reasons. */
const judgings: Judgings = {
  ...deauthorisationRules,
  ...operationsRules,
  ...relyingPartyRules,
  ...continuityRules,
  ...abuseRules,
  ...lossRules,
}

const unjudged: Judging = { checkers: [], judgements: [] }

function ruleOf(entry: CatalogueEntry): Requirement {
  return { ...entry, ...(judgings[entry.id] ?? unjudged) }
}

/** *Safe?* The rules that hold for every replicated identity system. */
export const failoverSafety: Profile = {
  name: 'failover-safety',
  question: 'safe',
  requirements: failoverSafetyCatalogue.map(ruleOf),
}
