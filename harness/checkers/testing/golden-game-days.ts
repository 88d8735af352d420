import type { EventLine } from '../../history/line.ts'
import type { GoldenHistory } from './golden-story.ts'
import { type AnswerOptions, type HistoryBuilder, primary, replica } from './history-builder.ts'

/** Sign-ins of a canary user where clients are, one after the other, 5 ms each. */
export function canaries(
  builder: HistoryBuilder,
  count: number,
  answer: AnswerOptions,
  user = 'canary-1',
  population = 'clients',
): void {
  for (let sent = 0; sent < count; sent += 1) {
    const process = builder.lines.length
    const options = { function: 'sign-in', purpose: 'recovery-probe' } as const
    const where = { process, region: 'endpoint', population }
    builder.perform(user, { ...options, ...where }, answer)
  }
}

/** People fail over; clients are served again as often as `back` says. */
function drill(builder: HistoryBuilder, back: number): readonly EventLine[] {
  canaries(builder, 5, { type: 'ok', servedBy: primary })
  canaries(builder, 10, { type: 'info', code: 'deadline' })
  builder.moment('detection')
  canaries(builder, 4, { type: 'fail', code: 'connection-refused' })
  builder.moment('decision').moment('switch')
  canaries(builder, 20, { type: 'fail', code: 'connection-refused' })
  canaries(builder, back, { type: 'ok', servedBy: replica })
  return builder.end()
}

/** Failovers that people performed, as canary users saw them. */
export const gameDayHistories: readonly GoldenHistory[] = [
  {
    name: 'people-fail-over',
    kinds: [],
    build: (builder) => drill(builder, 25),
  },
  {
    name: 'people-fail-over-in-vain',
    violates: 'game-day',
    kinds: ['not-recovered'],
    build: (builder) => drill(builder, 0),
  },
]
