import type { EventLine, HeaderLine, InvokeLine } from '../history/line.ts'
import type { OperationId, RegionName, RegisterName, RegisterValue } from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'

/** How far behind a Region was when one acknowledged write was looked for there. */
export interface LagSample {
  /** When the write was acknowledged. */
  readonly at: Micros
  readonly region: RegionName
  /** 0 where the first look already showed it. */
  readonly low: Micros
  readonly high: Micros
}

export interface LagFold {
  step(line: EventLine): void
  finish(): readonly LagSample[]
}

interface Pending {
  readonly value: RegisterValue
  readonly inv: Micros
  readonly end: Micros
  /** By Region that has not shown it: since when it is known not to. */
  readonly waiting: Map<RegionName, Micros>
}

const pendingMax = 20_000
const samplesMax = 240

/**
 * Samples of lag for a picture: an acknowledged write of the primary counts where a replica was
 * read within the declared lag, or was seen without it. The checker `lag` judges; this only shows,
 * and leaves out what was never seen, which findings tell.
 */
export function foldLag(header: Pick<HeaderLine, 'regions' | 'declared'>): LagFold {
  return new Folding(header)
}

class Folding implements LagFold {
  readonly #replicas: readonly RegionName[]
  readonly #declared: Micros
  readonly #open = new Map<OperationId, InvokeLine>()
  readonly #pending = new Map<RegisterName, Pending>()
  #samples: LagSample[] = []

  constructor({ regions, declared }: Pick<HeaderLine, 'regions' | 'declared'>) {
    this.#replicas = regions.filter(({ role }) => role === 'replica').map(({ name }) => name)
    this.#declared = declared.lagMillisMax * 1_000
  }

  step(line: EventLine): void {
    if (line.type === 'invoke') {
      const matters = line.writes !== undefined || this.#replicas.includes(line.region)
      if (matters) this.#open.set(line.operation, line)
      return
    }
    if (line.type !== 'ok' && line.type !== 'fail' && line.type !== 'info') return
    const invoke = this.#open.get(line.operation)
    this.#open.delete(line.operation)
    if (invoke === undefined || line.type !== 'ok') return
    if (!this.#replicas.includes(invoke.region)) this.#written(invoke, line.at)
    for (const { register, value } of line.observed ?? []) {
      this.#seen(invoke, line.at, register, value)
    }
  }

  #written({ at: inv, writes }: InvokeLine, end: Micros): void {
    for (const { register, value } of writes ?? []) {
      if (this.#pending.size >= pendingMax && !this.#pending.has(register)) return
      const waiting = new Map(this.#replicas.map((region): [RegionName, Micros] => [region, 0]))
      this.#pending.set(register, { value, inv, end, waiting })
    }
  }

  #seen(
    { at, region }: InvokeLine,
    end: Micros,
    register: RegisterName,
    value: RegisterValue,
  ): void {
    const write = this.#pending.get(register)
    const since = write?.waiting.get(region)
    if (write === undefined || since === undefined || at < write.end) return
    if (write.value !== value) {
      write.waiting.set(region, Math.max(since, at - write.end))
      return
    }
    write.waiting.delete(region)
    if (since > 0 || at - write.end <= this.#declared) {
      this.#add({ at: write.end, region, low: since, high: end - write.inv })
    }
  }

  #add(sample: LagSample): void {
    this.#samples.push(sample)
    if (this.#samples.length >= 16 * samplesMax) this.#samples = thinned(this.#samples)
  }

  finish(): readonly LagSample[] {
    return thinned(this.#samples)
  }
}

/** The longest of each stretch of time, so that the worst stays in the picture. */
function thinned(samples: readonly LagSample[]): LagSample[] {
  const sorted = [...samples].sort((a, b) => a.at - b.at || b.low - a.low)
  if (sorted.length <= samplesMax) return sorted
  const last = sorted.at(-1)?.at ?? 1
  const longest = new Map<string, LagSample>()
  for (const sample of sorted) {
    const key = `${sample.region} ${Math.floor((sample.at / (last + 1)) * samplesMax)}`
    const known = longest.get(key)
    if (known === undefined || known.low < sample.low) longest.set(key, sample)
  }
  return [...longest.values()]
}
