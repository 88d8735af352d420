import type { CompletionLine, EventLine, InvokeLine } from '../history/line.ts'
import type { OperationId, RegionName } from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'

/** What became of a wrong password or code: looked at, kept out by a lock, taken for right. */
export type GuessFate = 'evaluated' | 'locked' | 'accepted' | 'unknown'

/** One guess of an attacker. */
export interface GuessSample {
  readonly at: Micros
  readonly region: RegionName
  /** Of the control user, who is attacked in one Region alone. */
  readonly control: boolean
  readonly fate: GuessFate
}

export interface GuessFold {
  step(line: EventLine): void
  finish(): readonly GuessSample[]
}

/** So many are drawn. */
const guessesMax = 600

/** Keeps the guesses of one history, for a picture. The checker `lockout` judges. */
export function foldGuesses(): GuessFold {
  const open = new Map<OperationId, InvokeLine>()
  const guesses: GuessSample[] = []
  return {
    step: (line) => {
      if (line.type === 'invoke') {
        const guess = line.purpose === 'guess' || line.purpose === 'guess-control'
        if (guess && guesses.length + open.size < guessesMax) open.set(line.operation, line)
      } else if (line.type === 'ok' || line.type === 'fail' || line.type === 'info') {
        const invoke = open.get(line.operation)
        open.delete(line.operation)
        if (invoke === undefined) return
        const { at, region, purpose } = invoke
        guesses.push({ at, region, control: purpose === 'guess-control', fate: fateOf(line) })
      }
    },
    finish: () => guesses,
  }
}

function fateOf({ type, error }: CompletionLine): GuessFate {
  if (type === 'ok') return 'accepted'
  if (type === 'info') return 'unknown'
  if (error?.meaning === 'locked') return 'locked'
  return error?.meaning === 'wrong-credentials' ? 'evaluated' : 'unknown'
}
