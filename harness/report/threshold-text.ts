import type { JudgementResult } from '../verdict/verdict.ts'
import { figureText, unitOf } from './figures.ts'

/** `at most 10 s`, `at least 1`: the bounds of one judgement in the unit of its measurement. */
export function thresholdText({
  measurement,
  atMost,
  atLeast,
}: Pick<JudgementResult, 'measurement' | 'atMost' | 'atLeast'>): string {
  const unit = unitOf(measurement)
  return [
    ...(atMost === undefined ? [] : [`at most ${figureText(atMost, unit)}`]),
    ...(atLeast === undefined ? [] : [`at least ${figureText(atLeast, unit)}`]),
  ].join(', ')
}
