import type { CasualtyLine } from './line.ts'

/** One clause for people: what died, how, and when in the run. */
export function casualtyText({ name, pid, how, at }: CasualtyLine): string {
  return `${name} (process ${pid}) died by itself ${(at / 1_000_000).toFixed(3)} s into the run: ${how}`
}
