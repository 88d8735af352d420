import type { RegionName } from '../../history/operation.ts'
import { IntegerColumn } from './columns.ts'
import type { Sure } from './counts.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { referenceOf } from './minted-tokens.ts'

/** A code that was shown again: where, compared with the first time, and whether it was taken. */
export interface Replay {
  readonly isSame: boolean
  readonly accepted: Sure
}

const shift = 2
const acceptedBit = 1
const perhapsBit = 2

/** Codes by the operation that showed them first, and what became of them. */
export class UsedCodes {
  readonly #fold: HistoryFold
  readonly #nodes: RegionName[] = []
  /** By operation: the place of its Region, and whether the code was taken. */
  readonly #first = new IntegerColumn()
  readonly #named = new Map<number, number>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  /** @returns What a second showing came to; undefined for a first one. */
  take({ invoke, completion }: Attempt, node: RegionName): Replay | undefined {
    const earlier =
      invoke.function === 'replay-totp' ? referenceOf(invoke.arguments.code) : undefined
    if (invoke.function === 'answer-totp') {
      this.#remember(invoke.operation, node, completion.type)
      return undefined
    }
    const first = earlier === undefined ? 0 : this.#get(earlier)
    if (first === 0) return undefined
    const wasTaken: Sure = (first & acceptedBit) !== 0 ? 'certainly' : 'perhaps'
    const accepted = completion.type === 'ok' ? wasTaken : 'perhaps'
    return {
      isSame: this.#nodes[(first >> shift) - 1] === node,
      accepted: completion.type === 'fail' ? 'no' : accepted,
    }
  }

  #remember(operation: string, node: RegionName, type: string): void {
    if (type === 'fail') return
    const known = this.#nodes.indexOf(node)
    const place = known < 0 ? this.#nodes.push(node) : known + 1
    const value = (place << shift) | (type === 'ok' ? acceptedBit : perhapsBit)
    const key = this.#fold.registers.operationKey(operation)
    if (key >= 0) this.#first.set(key, value)
    else this.#named.set(key, value)
  }

  #get(operation: string): number {
    const key = this.#fold.registers.operationKey(operation)
    return key >= 0 ? this.#first.at(key) : (this.#named.get(key) ?? 0)
  }
}
