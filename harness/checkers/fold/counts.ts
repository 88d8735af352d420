import { type Micros, toSeconds } from '../../kernel/time.ts'
import type { Figure } from './results.ts'

/** How sure something is. */
export type Sure = 'no' | 'perhaps' | 'certainly'

/** A count as an interval, with what it rests on. */
export class Count {
  low = 0
  high = 0
  samples = 0

  /** Something that could have been counted was seen. */
  see(): void {
    this.samples += 1
  }

  add(sure: Sure): void {
    if (sure === 'no') return
    this.high += 1
    if (sure === 'certainly') this.low += 1
  }

  /** @param unseen - Why it says nothing where nothing was seen. */
  figure(name: string, unseen: string): Figure {
    const { low, high, samples } = this
    const inconclusive = samples === 0 ? unseen : undefined
    return { name, low, high, samples, inconclusive, grows: true }
  }
}

/** A count that is known exactly. @param unseen - Why it says nothing where nothing was seen. */
export function exactCount(name: string, count: number, samples: number, unseen: string): Figure {
  const inconclusive = samples === 0 ? unseen : undefined
  return { name, low: count, high: count, samples, inconclusive, grows: true }
}

/** Seconds for a sentence: to the millisecond, and finer where that is nothing. */
export function inSeconds(time: Micros): number {
  return Math.abs(time) < 1_000 ? toSeconds(time) : Math.round(time / 1_000) / 1_000
}
