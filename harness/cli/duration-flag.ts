import { durationUnits } from '../history/objective.ts'
import { UsageError } from '../kernel/errors.ts'

/** A day: longer than any game day. */
const secondsMax = 86_400

/**
 * A duration such as `90s`, `10min` or `2h`, in milliseconds.
 *
 * @throws UsageError naming the flag.
 */
export function durationMillis(flag: string, text: string): number {
  const [, figure, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text.trim()) ?? []
  const length = Number(figure) * (durationUnits[unit as keyof typeof durationUnits] ?? Number.NaN)
  if (length > 0 && length <= secondsMax) return Math.round(length * 1_000)
  throw new UsageError(`"${flag}" is ${JSON.stringify(text)}; expected such as 90s, 10min or 2h`)
}
