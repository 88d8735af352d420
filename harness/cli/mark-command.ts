import { type MomentName, momentLabels, momentNames, momentOf } from '../history/moment.ts'
import { looksLikeSecret } from '../history/redaction.ts'
import { systemClock, systemWallClock } from '../kernel/clock.ts'
import { exitCodes, UsageError } from '../kernel/errors.ts'
import { millis } from '../kernel/time.ts'
import { findWatch, sendMark } from '../observe/announced-watch.ts'
import { plainText } from '../report/plain-text.ts'
import { durationMillis } from './duration-flag.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The flags of `interregnum mark`. */
export interface MarkFlags {
  readonly run?: string
  readonly as?: string
  readonly ago?: string
}

/**
 * `interregnum mark`: notes a moment in the history of the observation that is under way.
 *
 * @throws UsageError if there is none, or not one alone; WorldError if it takes no notice.
 */
export async function markCommand(
  label: string,
  flags: MarkFlags,
  around: Surroundings,
): Promise<CommandResult> {
  const now = systemWallClock().now()
  if (label.trim() === '' || label.length > 200) {
    throw new UsageError('a label has 1 to 200 characters')
  }
  if (looksLikeSecret(label)) {
    throw new UsageError('the label looks like a token or a key: it would stand in the report')
  }
  const moment = flags.as === undefined ? momentOf(label) : momentNamed(flags.as)
  const ago = flags.ago === undefined ? 0 : millis(durationMillis('--ago', flags.ago))
  const watch = await findWatch(flags.run, around.folder)
  const mark = { label, at: now - ago, ...(moment === undefined ? {} : { moment }) }
  await sendMark(watch, mark, systemClock())
  const meant = moment === undefined ? 'a note' : `the moment "${moment}"`
  return {
    document: { run: watch.runId, label, moment: moment ?? null },
    text: plainText(`marked in ${watch.runId}: ${label} (${meant})`),
    exitCode: exitCodes.pass,
  }
}

function momentNamed(text: string): MomentName {
  const found = momentNames.find((name) => name === text)
  if (found !== undefined) return found
  const known = momentNames.map((name) => `${name} (${momentLabels[name].join(', ')})`)
  throw new UsageError(`"--as" is ${text}; expected one of ${momentNames.join(', ')}`, {
    hint: `without it a label decides: ${known.join('; ')}`,
  })
}
