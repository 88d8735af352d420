import type { CasualtyLine } from './line.ts'

/** One clause for people: what died, how, and when in the run. */
export function casualtyText({ name, pid, how, by, at }: CasualtyLine): string {
  const ended = by === undefined ? 'died by itself' : 'was ended by the harness'
  return `${name} (process ${pid}) ${ended} ${(at / 1_000_000).toFixed(3)} s into the run: ${how}`
}
