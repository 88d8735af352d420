/** The part of a test's context that can end it early. */
interface Skippable {
  skip(note?: string): never
}

/**
 * Something from outside that a test needs, by its name. Where it is missing the test is skipped
 * and says so; where `INTERREGNUM_REQUIRE` names it (several apart by commas), that is a failure.
 */
export function need<T>(context: Skippable, name: string, found: T | undefined): T {
  if (found !== undefined) return found
  const required = (process.env.INTERREGNUM_REQUIRE ?? '').split(',').map((one) => one.trim())
  if (required.includes(name))
    throw new Error(`INTERREGNUM_REQUIRE asks for ${name}: it is missing`)
  return context.skip(`needs ${name}, which is not here`)
}
