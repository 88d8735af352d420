import { UsageError } from '../kernel/errors.ts'
import { fileBytes } from '../kernel/file-bytes.ts'

/** Larger than any list of objectives that a person wrote. */
const bytesMax = 100_000

/** An objective and where it stands. */
export interface PlacedObjective {
  readonly text: string
  /** `bank.txt:3` or `--objective`, for messages. */
  readonly place: string
}

/**
 * The objectives of a file: one on each line, empty lines and what follows a `#` left out.
 *
 * @param path - The file.
 * @param shown - How messages name it.
 * @throws UsageError if it cannot be read or holds none.
 */
export function loadObjectives(path: string, shown: string = path): readonly PlacedObjective[] {
  const found = textOf(path, shown)
    .split('\n')
    .map((line, index) => ({
      text: line.replace(/#.*/, '').trim(),
      place: `${shown}:${index + 1}`,
    }))
    .filter(({ text }) => text !== '')
  if (found.length > 0) return found
  throw new UsageError(`${shown} holds no objective`, {
    hint: 'write one on each line, such as "observedLoss <= 1s"',
  })
}

function textOf(path: string, shown: string): string {
  try {
    const bytes = fileBytes(path, bytesMax)
    return bytes.toString('utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`"--objectives": ${shown} cannot be read: ${why}`, { cause: error })
  }
}
