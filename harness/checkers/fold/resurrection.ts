import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Attempt, HistoryFold, Reading } from './history-fold.ts'
import { isBefore, type Span } from './position.ts'
import type { Register, Write } from './register.ts'

interface Sight {
  /** `end` of the first read that showed the user. */
  presentSince: Micros
  /** `end` of reads that showed the user gone, the first after each new delete. */
  readonly goneAt: Micros[]
}

/**
 * Notices a delete that comes back: a user shown strictly after an acknowledged delete that the
 * Region had shown before, or in the final reads. A Region that could not catch up before the
 * settle bound ran out has not brought anybody back.
 */
export class Resurrection {
  readonly #fold: HistoryFold
  readonly #sights = new Map<Register, Map<RegionName, Sight>>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  /** The delete that came back in this reading of an existence register. */
  take(attempt: Attempt, { register, position, value }: Reading): Write | undefined {
    const { region } = attempt.invoke
    if (value === null || value === 'deleted') {
      this.#gone(register, region, attempt)
      return undefined
    }
    const sight = this.#sight(register, region)
    const undone =
      position !== undefined && this.#fold.registers.isShared(register, '')
        ? this.#deletes(register).find(
            (write) =>
              write.end < attempt.inv &&
              isBefore(position, write) &&
              (this.#isFinal(attempt) || sight.goneAt.some((at) => wasGone(at, write, attempt))),
          )
        : undefined
    sight.presentSince = Math.min(sight.presentSince, attempt.end)
    return undone
  }

  #gone(register: Register, region: RegionName, attempt: Attempt): void {
    if (!this.#fold.registers.mayBeDeleted(register.user)) return
    const sight = this.#sight(register, region)
    if (!this.#hadBeenThere(register, region, sight, attempt)) return
    const last = sight.goneAt.at(-1) ?? -Infinity
    const sent = [...this.#fold.registers.writesOf(register), ...register.open]
    const deletedSince = sent.some((write) => write.key === '' && write.inv >= last)
    if (deletedSince) sight.goneAt.push(attempt.end)
  }

  /** A user who never arrived in a Region is not gone from it. */
  #hadBeenThere(register: Register, region: RegionName, sight: Sight, attempt: Attempt): boolean {
    if (sight.presentSince < attempt.inv) return true
    if (region !== this.#fold.primary) return false
    return this.#fold.registers
      .writesOf(register)
      .some((write) => write.key !== '' && write.end < attempt.inv)
  }

  #deletes(register: Register): readonly Write[] {
    return this.#fold.registers
      .writesOf(register)
      .filter((write) => write.key === '' && write.end !== Infinity)
  }

  #isFinal({ invoke }: Attempt): boolean {
    if (invoke.purpose !== 'final-read') return false
    return invoke.region === this.#fold.primary || this.#fold.settling.expiredAt === undefined
  }

  #sight(register: Register, region: RegionName): Sight {
    const regions = this.#sights.get(register) ?? new Map<RegionName, Sight>()
    this.#sights.set(register, regions)
    const sight = regions.get(region) ?? { presentSince: Infinity, goneAt: [] }
    regions.set(region, sight)
    return sight
  }
}

function wasGone(at: Micros, write: Span, attempt: Attempt): boolean {
  return write.inv < at && at < attempt.inv
}
