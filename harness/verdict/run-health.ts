import { casualtyText } from '../history/casualty-text.ts'
import type { EventLine, FaultLine } from '../history/line.ts'

/** Watches whether a run did what it set out to do; it says nothing about the tested system. */
export interface RunHealth {
  step(line: EventLine): void
  /** The processes that died by themselves; undefined where none did. */
  deaths(): string | undefined
  /** Why the run can prove nothing, or undefined where it is sound. */
  finish(torn: boolean): string | undefined
}

/** Why a run that somebody ended can prove nothing. */
export const interruptedText = 'the run was interrupted'

/** So many are named. */
const casualtiesMax = 5

/** Processes live, faults take and heal, and the history comes to its end. */
export function watchRun(): RunHealth {
  const pending = new Map<string, FaultLine>()
  const healing = new Map<string, FaultLine>()
  const casualties: string[] = []
  let trouble: string | undefined
  let ended = false
  const note = (text: string): void => {
    trouble ??= text
  }
  const onFault = (line: FaultLine): void => {
    const name = `${line.fault} (${line.kind})`
    const detail = line.detail === undefined ? '' : `: ${line.detail}`
    if (line.phase === 'apply') pending.set(line.fault, line)
    if (line.phase === 'verified') pending.delete(line.fault)
    if (line.phase === 'heal') healing.set(line.fault, line)
    if (line.phase === 'heal-verified') healing.delete(line.fault)
    if (line.phase === 'not-verified') note(`${name} did not take effect${detail}`)
    if (line.phase === 'heal-not-verified') note(`${name} could not be healed${detail}`)
  }
  return {
    step: (line) => {
      if (line.type === 'fault') onFault(line)
      if (line.type === 'casualty' && casualties.length < casualtiesMax) {
        casualties.push(casualtyText(line))
      }
      if (line.type !== 'end') return
      ended = true
      if (line.reason === 'interrupted') note(interruptedText)
      if (line.reason === 'error') note(`the run broke off${line.error ? `: ${line.error}` : ''}`)
    },
    deaths: () => (casualties.length === 0 ? undefined : casualties.join('; ')),
    finish: (torn) => {
      // What died explains whatever went wrong after it.
      if (casualties.length > 0) return casualties.join('; ')
      if (trouble !== undefined) return trouble
      if (torn || !ended) return 'the history is torn: its end is missing'
      for (const { fault, kind } of pending.values()) return `${fault} (${kind}) was never verified`
      for (const { fault, kind } of healing.values()) {
        return `the heal of ${fault} (${kind}) was never verified`
      }
      return undefined
    },
  }
}
