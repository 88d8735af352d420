import type { FaultLine } from '../../history/line.ts'

/** How far the wall clocks of Regions and other nodes are off. */
export class ClockSkews {
  readonly #inForce = new Map<string, FaultLine>()

  onFault(line: FaultLine): void {
    if (line.phase === 'heal-verified') this.#inForce.delete(line.fault)
    if (line.phase !== 'apply') return
    if (line.effects.some(({ effect }) => effect === 'clock-skewed')) {
      this.#inForce.set(line.fault, line)
    }
  }

  /** Milliseconds by which the clock of the node is ahead; negative if it is behind. */
  of(node: string): number {
    let offset = 0
    for (const { effects } of this.#inForce.values()) {
      for (const entry of effects) {
        if (entry.effect === 'clock-skewed' && entry.region === node) offset += entry.offsetMillis
      }
    }
    return offset
  }
}
