import type { EventLine } from '../../history/line.ts'
import type { Purpose, RegisterName, RegisterValue } from '../../history/operation.ts'
import type { Choices } from './choices.ts'
import {
  HistoryBuilder,
  heldReplication,
  lossOfPrimary,
  primary,
  replica,
} from './history-builder.ts'

/** What histories are about: few registers give many encounters, many give odd ones. */
const themes: readonly (readonly string[])[] = [
  ['existence', 'attribute:a', 'attribute:b', 'enabled', 'password'],
  ['existence', 'attribute:a'],
  ['attribute:a'],
  ['existence', 'password', 'enabled'],
]

interface Open {
  readonly operation: string
  readonly process: number
  readonly user: string
  readonly reads: readonly RegisterName[]
  readonly isSignIn: boolean
  readonly writes: boolean
}

/**
 * A small random history that obeys the rules of histories and no other: Regions show whatever
 * they like. Phases follow each other as in a scenario, so that cutover and final reads happen.
 */
export function randomHistory(choices: Choices): readonly EventLine[] {
  return new RandomHistory(choices).build()
}

class RandomHistory {
  readonly #choices: Choices
  readonly #builder = new HistoryBuilder()
  readonly #open: Open[] = []
  /** Values that were sent to each register, also in vain. */
  readonly #values = new Map<RegisterName, RegisterValue[]>()
  #free = [0, 1, 2]
  #nextProcess = 3
  #phantoms = 0
  readonly #users: readonly string[]
  readonly #theme: readonly string[]

  constructor(choices: Choices) {
    this.#choices = choices
    this.#users = choices.pick([['u1'], ['u1', 'u2']])
    this.#theme = choices.pick(themes)
  }

  build(): readonly EventLine[] {
    const choices = this.#choices
    const builder = this.#builder
    builder.mark('start').route(primary, null)
    this.#operate(choices.below(24), ['workload', 'lag-probe'])
    const held = choices.chance(40)
    if (held) builder.strike('fault1', heldReplication)
    if (held) this.#operate(choices.below(8), ['workload', 'lag-probe'])
    const struck = choices.chance(75)
    if (struck) this.#strike()
    if (struck || choices.chance(30)) {
      builder.route(replica, primary)
      builder.mark('cutover-read-start')
      this.#operate(choices.below(10), ['cutover-read', 'cutover-read', 'workload'])
      builder.mark('cutover-read-end')
    }
    if (struck && choices.chance(80)) builder.heal('fault2')
    if (held && choices.chance(80)) builder.heal('fault1', heldReplication)
    if (choices.chance(50)) builder.route(primary, replica)
    this.#operate(choices.below(8), ['workload', 'lag-probe'])
    builder.mark('writers-stopped').mark('settle-start')
    this.#operate(choices.below(12), ['settle-read'])
    if (choices.chance(80)) builder.mark(choices.chance(70) ? 'settled' : 'settle-expired')
    this.#operate(choices.below(16), ['final-read'])
    while (this.#open.length > 0 && choices.chance(80)) this.#complete()
    return builder.end()
  }

  #strike(): void {
    this.#builder.fault('fault2', 'apply', lossOfPrimary)
    this.#operate(this.#choices.below(3), ['workload'])
    this.#builder.fault('fault2', 'verified', lossOfPrimary)
  }

  #operate(count: number, purposes: readonly Purpose[]): void {
    for (let step = 0; step < count; step += 1) {
      this.#builder.wait(this.#choices.below(40))
      this.#invoke(this.#choices.pick(purposes))
      while (this.#open.length > 0 && this.#choices.chance(70)) this.#complete()
    }
  }

  #invoke(purpose: Purpose): void {
    const choices = this.#choices
    const user = choices.pick(this.#users)
    const process = this.#free.pop()
    if (process === undefined) this.#complete()
    else if (purpose === 'workload' && choices.chance(70)) this.#write(user, process)
    else this.#read(user, process, purpose)
  }

  #read(user: string, process: number, purpose: Purpose): void {
    const choices = this.#choices
    const region = choices.chance(60) ? replica : primary
    const isSignIn = choices.chance(25)
    const all = this.#theme.filter((kind) => kind !== 'password').map((kind) => `${user}/${kind}`)
    const reads = isSignIn ? [`${user}/password`] : all.filter(() => !choices.chance(25))
    const label = choices.pick(this.#values.get(`${user}/password`) ?? ['op1']) ?? 'op1'
    const operation = this.#builder.invoke(user, {
      process,
      region,
      purpose,
      reads,
      function: isSignIn ? 'sign-in' : 'read-user',
      arguments: isSignIn ? { password: label } : {},
    })
    this.#open.push({ operation, process, user, reads, isSignIn, writes: false })
  }

  #write(user: string, process: number): void {
    const choices = this.#choices
    const register = `${user}/${choices.pick(this.#theme)}`
    const id = this.#builder.nextId
    const value = register.endsWith('/enabled')
      ? choices.pick<RegisterValue>(['disabled', null])
      : register.endsWith('/existence')
        ? choices.pick([id, 'deleted'])
        : id
    const values = this.#values.get(register) ?? []
    this.#values.set(register, [...values, value])
    const operation = this.#builder.invoke(user, {
      process,
      function: 'update-attribute',
      region: choices.chance(85) ? primary : replica,
      writes: [{ register, value }],
    })
    this.#open.push({ operation, process, user, reads: [], isSignIn: false, writes: true })
  }

  #complete(): void {
    const choices = this.#choices
    const [open] = this.#open.splice(choices.below(this.#open.length), 1)
    if (open === undefined) return
    this.#builder.wait(choices.below(20))
    const type = choices.chance(75) ? 'ok' : choices.pick(['fail', 'info'] as const)
    if (type === 'info') {
      this.#free.push(this.#nextProcess)
      this.#nextProcess += 1
    } else this.#free.push(open.process)
    const refused = open.isSignIn && type === 'fail' ? { code: 'wrong-password' } : {}
    const observed: Record<RegisterName, RegisterValue> = {}
    if (type === 'ok') for (const register of open.reads) observed[register] = this.#shown(register)
    this.#builder.complete(open.operation, { type, ...refused, observed })
  }

  #shown(register: RegisterName): RegisterValue {
    const choices = this.#choices
    const shape = (value: RegisterValue): RegisterValue => (value === 'deleted' ? null : value)
    if (choices.chance(3)) {
      this.#phantoms += 1
      return `phantom${this.#phantoms}`
    }
    const values = this.#values.get(register) ?? []
    if (choices.chance(15) || values.length === 0) return null
    // Mostly the newest, so that much is in order and little is not.
    const back = choices.chance(70) ? 1 : 1 + choices.below(values.length)
    return shape(values[values.length - back] ?? null)
  }
}
