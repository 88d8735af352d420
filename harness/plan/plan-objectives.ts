import { objectiveText, parseObjective } from '../history/objective.ts'
import { InterregnumError } from '../kernel/errors.ts'

/** So many objectives a run may have. */
export const objectivesMax = 100

/** Whether the text has the form of an objective. */
export function isObjective(text: string): boolean {
  try {
    parseObjective(text)
    return true
  } catch (error) {
    if (InterregnumError.is(error)) return false
    throw error
  }
}

/** The objectives in the one way to write them, each once. @throws UsageError naming the part. */
export function plainObjectives(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.map((text) => objectiveText(parseObjective(text))))]
}
