import type { Profile } from './profile.ts'

/**
 * What a failover that people perform has to come to. It judges what `interregnum observe` saw, and
 * no scenario: objectives say how long each step may take.
 */
export const gameDayProfile: Profile = {
  name: 'game-day',
  question: 'safe',
  requirements: [
    {
      id: 'GD-1',
      name: 'clients-are-served-again',
      area: 'operations',
      level: 'MUST',
      act: 'People notice that the primary Region is lost, decide, and switch the routing.',
      observe: 'Canary users sign in again, twenty times in a row, before the watch ends.',
      checkers: ['game-day'],
      judgements: [
        {
          measurement: 'game-day.notRecovered',
          atMost: 0,
          reason: 'A failover after which nobody can sign in is none.',
        },
      ],
    },
  ],
}
