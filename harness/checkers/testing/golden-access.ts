import type { EventLine } from '../../history/line.ts'
import { accessWith, present, revoke, signIn, withdraw } from './access-builder.ts'
import type { GoldenHistory } from './golden-story.ts'
import { type HistoryBuilder, heldReplication, primary, replica } from './history-builder.ts'

const disabled = { type: 'fail', code: 'user-disabled', meaning: 'disabled' } as const
const revoked = { type: 'fail', code: 'token-revoked', meaning: 'revoked' } as const

/** A user whom both Regions know, with the id `op1`. */
function known(builder: HistoryBuilder): HistoryBuilder {
  builder.mark('start').route(primary, null).signUp('u1')
  return builder.wait(200)
}

const gated = { type: 'fail', code: 'OperationNotEnabled', meaning: 'gated' } as const

/** A write that the replica refuses. */
function refusedWrite(builder: HistoryBuilder): string {
  const writes = [{ register: 'u1/attribute:nickname', value: builder.nextId }]
  const course = { region: replica, purpose: 'gate-probe' } as const
  return builder.perform('u1', { function: 'update-attribute', writes, ...course }, gated)
}

/** A client that reads what was written, and reads again after the switch. */
function acrossTheSwitch(builder: HistoryBuilder, after: string | null): readonly EventLine[] {
  const nickname = 'u1/attribute:nickname'
  const value = known(builder).write('u1')
  builder.read('u1', primary, 'workload', { [nickname]: value }, 4)
  builder.route(replica, primary)
  builder.read('u1', replica, 'workload', { [nickname]: after }, 4)
  return builder.end()
}

/** So many guesses that are evaluated, and one that is not. */
function attack(builder: HistoryBuilder, user: string, region: string, count: number): void {
  const purpose = user === 'c1' ? 'guess-control' : 'guess'
  const options = { function: 'guess-password', purpose, region } as const
  for (let done = 0; done < count; done += 1) {
    const wrong = { type: 'fail', code: 'wrong-password', meaning: 'wrong-credentials' } as const
    builder.perform(user, options, wrong)
  }
  builder.perform(user, options, { type: 'fail', code: 'locked', meaning: 'locked' })
}

/** Golden histories of checkers that watch who gets in. */
export const accessHistories: readonly GoldenHistory[] = [
  {
    name: 'disabled-user-is-refused',
    kinds: [],
    build: (builder) => {
      withdraw(known(builder), 'u1', 'disable')
      builder.wait(90)
      for (const region of [primary, replica]) signIn(builder, 'u1', 'op1', region, disabled)
      return builder.end()
    },
  },
  {
    name: 'disabled-user-gets-tokens',
    violates: 'deauthorisation',
    kinds: ['never-stopped', 'still-accepted'],
    build: (builder) => {
      known(builder).strike('fault1', heldReplication)
      withdraw(builder, 'u1', 'disable')
      builder.wait(5_600)
      signIn(builder, 'u1', 'op1', primary, disabled)
      signIn(builder, 'u1', 'op1', replica)
      builder.heal('fault1', heldReplication)
      return builder.end()
    },
  },
  {
    name: 'revoked-session-comes-back',
    violates: 'deauthorisation',
    kinds: ['never-stopped', 'revived', 'still-accepted'],
    build: (builder) => {
      const session = signIn(known(builder), 'u1', 'op1', primary)
      builder.strike('fault1').route(replica, primary)
      revoke(builder, 'u1', session, replica)
      present(builder, 'u1', 'refresh', session, replica, revoked)
      builder.heal('fault1').route(primary, replica)
      present(builder, 'u1', 'refresh', session, primary)
      return builder.end()
    },
  },
  {
    name: 'one-guess-budget-for-both-regions',
    kinds: [],
    build: (builder) => {
      builder.mark('start').route(primary, null)
      attack(builder, 'c1', primary, 5)
      attack(builder, 'u1', primary, 3)
      attack(builder, 'u1', replica, 2)
      return builder.end()
    },
  },
  {
    name: 'two-guess-budgets',
    violates: 'lockout',
    kinds: ['kept-out', 'more-guesses'],
    build: (builder) => {
      builder.mark('start').route(primary, null)
      attack(builder, 'c1', primary, 5)
      attack(builder, 'u1', primary, 5)
      attack(builder, 'u1', replica, 5)
      builder.strike('fault1').route(replica, primary)
      signIn(builder, 'u1', 'op1', replica, { type: 'fail', code: 'locked', meaning: 'locked' })
      return builder.end()
    },
  },
  {
    name: 'factor-is-asked-for-everywhere',
    kinds: [],
    build: (builder) => {
      withdraw(known(builder), 'u1', 'mfa')
      builder.wait(200)
      signIn(builder, 'u1', 'op1', primary, {})
      signIn(builder, 'u1', 'op1', replica, gated)
      return builder.end()
    },
  },
  {
    name: 'factor-is-bypassed-at-the-replica',
    violates: 'totp',
    kinds: ['bypass', 'replayed'],
    build: (builder) => {
      withdraw(known(builder), 'u1', 'mfa')
      builder.wait(200)
      const asked = signIn(builder, 'u1', 'op1', primary, {})
      const session = { session: { from: asked, field: 'session' as const } }
      const answer = { function: 'answer-totp', arguments: session } as const
      const used = builder.perform('u1', answer, { tokens: [accessWith()] })
      const code = { code: { from: used, field: 'code' as const } }
      const replay = { function: 'replay-totp', arguments: { ...session, ...code } } as const
      builder.perform('u1', { ...replay, region: replica }, { tokens: [accessWith()] })
      signIn(builder, 'u1', 'op1', replica)
      return builder.end()
    },
  },
  {
    name: 'refused-write-changes-nothing',
    kinds: [],
    build: (builder) => {
      known(builder)
      refusedWrite(builder)
      builder.read('u1', replica, 'probe', { 'u1/attribute:nickname': null })
      return builder.end()
    },
  },
  {
    name: 'refused-write-shows',
    violates: 'replica-gate',
    kinds: ['effect'],
    build: (builder) => {
      known(builder)
      const value = refusedWrite(builder)
      builder.read('u1', replica, 'probe', { 'u1/attribute:nickname': value })
      return builder.end()
    },
  },
  {
    name: 'name-changes-hands',
    kinds: [],
    build: (builder) => {
      known(builder).deleteUser('u1')
      const absent = { type: 'fail', code: 'UserNotFound', meaning: 'absent' } as const
      signIn(builder, 'u1', 'op1', primary, absent)
      builder.signUp('u1')
      const wrong = { type: 'fail', code: 'wrong-password', meaning: 'wrong-credentials' } as const
      signIn(builder, 'u1', 'op1', primary, wrong)
      return builder.end()
    },
  },
  {
    name: 'former-owner-gets-in',
    violates: 'identities',
    kinds: ['crossed', 'second-identity'],
    build: (builder) => {
      known(builder).deleteUser('u1')
      builder.signUp('u1')
      signIn(builder, 'u1', 'op1', primary)
      builder.signUp('u1')
      return builder.end()
    },
  },
  {
    name: 'same-state-after-the-switch',
    kinds: [],
    build: (builder) => acrossTheSwitch(builder, 'op2'),
  },
  {
    name: 'older-state-after-the-switch',
    violates: 'session-regression',
    kinds: ['regressed'],
    build: (builder) => acrossTheSwitch(builder, null),
  },
]
