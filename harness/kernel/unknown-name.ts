import { UsageError } from './errors.ts'
import { nearestOnes } from './nearest.ts'

/** More names than this are not listed where a command lists them. */
const listedMax = 8

/** Most names that somebody is asked whether they were meant. */
const meantMax = 3

/**
 * The error for a name that is none of those that there are. It lists them; where they are many and
 * a command lists them, it names that command. The hint names the nearest ones.
 *
 * @param sentence - What is wrong, such as `scenario "blak-hole" is unknown`.
 * @param command - Lists all of them, such as `interregnum scenarios`.
 */
export function unknownName(
  sentence: string,
  typed: string,
  names: readonly string[],
  command?: string,
): UsageError {
  const meant = nearestOnes(typed, names, meantMax).map((name) => `"${name}"`)
  return new UsageError(`${sentence}; ${expectedText(names, command)}`, {
    ...(meant.length === 0 ? {} : { hint: `did you mean ${alternatives(meant)}?` }),
  })
}

function expectedText(names: readonly string[], command: string | undefined): string {
  if (names.length === 0) return 'there is none'
  if (names.length <= listedMax || command === undefined) {
    return `expected one of: ${names.join(', ')}`
  }
  return `expected one of the ${names.length} that \`${command}\` lists`
}

function alternatives(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`
}
