import type { Profile } from './profile.ts'

const developerGuide = 'Amazon Cognito developer guide, multi-Region replication'

/**
 * *Compatible?* What Amazon Cognito documents of multi-Region replication, as far as a checker
 * measures it. What is documented may be a hazard: then a system is compatible and unsafe.
 */
export const cognitoMrr: Profile = {
  name: 'cognito-mrr',
  question: 'compatible',
  requirements: [],
  targets: ['reference'],
  documented: [
    {
      measurement: 'lockout.guessFactor',
      given: { measurement: 'lockout.regionsAttacked', atLeast: 2 },
      atLeast: 1.6,
      atMost: 2.5,
      below: 'stricter',
      above: 'weaker',
      says: 'failed attempts count in each Region apart, so that two Regions admit about twice as many guesses as one',
      source: `${developerGuide}, and its chapter on lockout behaviour`,
    },
    {
      measurement: 'replica-gate.accepted',
      atMost: 0,
      above: 'weaker',
      says: 'a secondary refuses every operation that is not on the list for its status',
      source: developerGuide,
    },
    {
      measurement: 'totp.bypasses',
      atMost: 0,
      above: 'weaker',
      says: 'a user with software-token MFA cannot complete a sign-in at a secondary',
      source: developerGuide,
    },
    {
      measurement: 'tokens.acceptedAcrossRegions',
      atLeast: 1,
      below: 'stricter',
      says: 'each Region accepts the tokens that the other one issued',
      source: developerGuide,
    },
  ],
}
