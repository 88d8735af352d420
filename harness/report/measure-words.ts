/** A part of the report about a few checkers. */
export interface Theme {
  readonly title: string
  readonly about: string
  readonly checkers: readonly string[]
}

/** What scenarios measure, in the order in which a reader wants it. */
export const themes: readonly Theme[] = [
  {
    title: 'Missing writes',
    about: 'Acknowledged, and not on the replica when clients arrived there.',
    checkers: ['data-loss'],
  },
  {
    title: 'Who kept access, and for how long',
    about: 'From the acknowledgement that access was taken away to the last use that still worked.',
    checkers: ['deauthorisation'],
  },
  {
    title: 'Lockout and the guess budget',
    about: 'Wrong passwords that were looked at, over all Regions, against one Region alone.',
    checkers: ['lockout'],
  },
  {
    title: 'Second factor',
    about: 'Sign-ins without the factor, and codes that worked twice.',
    checkers: ['totp'],
  },
  {
    title: 'Recovery',
    about: 'From the loss to a run of successes, for each kind of client, where users feel it.',
    checkers: ['recovery', 'availability', 'certificates'],
  },
  {
    title: 'A failover that people performed',
    about: 'From the loss, as canary users saw it, by the marks of those who failed over.',
    checkers: ['game-day'],
  },
  {
    title: 'At the relying parties',
    about: 'Applications that trust the tokens, with their caches and leeways.',
    checkers: ['relying-parties'],
  },
  {
    title: 'Who had to sign in again',
    about: 'Users with a session at the switch, and what became of it.',
    checkers: ['reauthentication', 'refresh-wave', 'retries'],
  },
  {
    title: 'Tokens',
    about: 'What tokens said, and who accepted them.',
    checkers: ['tokens', 'claim-parity'],
  },
  {
    title: 'Machine clients',
    about: 'Whether a secret worked at every moment, and how long an old one did.',
    checkers: ['secrets'],
  },
  {
    title: 'What the replica took',
    about: 'Writes that a Region in this role has to refuse, without effect.',
    checkers: ['replica-gate'],
  },
  {
    title: 'Identities',
    about: 'One name, one person, in both Regions.',
    checkers: ['identities'],
  },
  {
    title: 'Agreement of the Regions',
    about: 'Whether both showed the same, nobody went back, and how far the replica was behind.',
    checkers: ['convergence', 'backwards', 'session-regression', 'stale-region', 'lag'],
  },
]

/** `deauthorisation.disable.otherRegionSeconds` as `disable, other Region`. */
export function measureText(measurement: string): string {
  const words = measurement
    .split('.')
    .slice(1)
    .map((part) =>
      part
        .replace(/P99$/, ' until 99 % are served')
        .replace(/(?:Seconds|Millis|^seconds|^millis)(?=Max|Median| |$)/, '')
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .replace(/\b(?!Region)[A-Z]/g, (letter) => letter.toLowerCase())
        .trim(),
    )
    .filter((part) => part !== '')
  return words.length === 0 ? 'overall' : words.join(', ')
}
