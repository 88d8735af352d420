import { type DataClass, dataClasses } from '../../history/operation.ts'
import { type Micros, toSeconds } from '../../kernel/time.ts'
import type { Interval } from '../checker.ts'
import type { Disaster } from './disaster.ts'
import type { Write } from './register.ts'

/** What is missing, of all data or of one class. */
export class LossTally {
  low = 0
  high = 0
  /** Acknowledged writes that were looked for. */
  acknowledged = 0
  #oldestLowEnd: Micros = Infinity
  #oldestHighInv: Micros = Infinity

  add(write: Write, missing: { readonly low: boolean; readonly high: boolean }): void {
    this.acknowledged += 1
    if (missing.low) {
      this.low += 1
      this.#oldestLowEnd = Math.min(this.#oldestLowEnd, write.end)
    }
    if (missing.high) {
      this.high += 1
      this.#oldestHighInv = Math.min(this.#oldestHighInv, write.inv)
    }
  }

  /** [ D.start − end(oldest of low), D.end − inv(oldest of high) ], not below 0. */
  lossSeconds(disaster: Disaster): Interval {
    return {
      low: this.low === 0 ? 0 : Math.max(0, toSeconds(disaster.start - this.#oldestLowEnd)),
      high: this.high === 0 ? 0 : Math.max(0, toSeconds(disaster.end - this.#oldestHighInv)),
    }
  }
}

/** Tallies of all classes together and of each. */
export class ClassTallies {
  readonly all = new LossTally()
  readonly byClass: ReadonlyMap<DataClass, LossTally> = new Map(
    dataClasses.map((dataClass) => [dataClass, new LossTally()]),
  )

  add(write: Write, missing: { readonly low: boolean; readonly high: boolean }): void {
    this.all.add(write, missing)
    this.byClass.get(write.dataClass)?.add(write, missing)
  }
}
