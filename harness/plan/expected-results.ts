import { z } from 'zod'

/** No file of known findings that a person keeps is longer. */
const entriesMax = 10_000

const name = z.string().min(1).max(200)

/** A day that there is, as `2027-05-01`. */
const day = z.iso.date('Expected a day such as 2027-05-01')

const reason = z
  .string()
  .max(2_000)
  .refine((text) => text.trim() !== '', 'Expected why this is known and accepted; it is empty')

/**
 * One finding that is known: which scenario shows it, by what, why it is accepted and how long. A
 * finding has to fit every field that is given.
 */
export const expectedEntry = z
  .strictObject({
    scenario: name,
    /** The rule that it breaks. */
    rule: name.optional(),
    /** The measurement that breaks a threshold. */
    measurement: name.optional(),
    /** The kind of finding, such as `lost`; every finding of the measurement has to be of it. */
    finding: name.optional(),
    /** It is known only where the target's switches are so. */
    switches: z.record(name, z.string()).optional(),
    reason,
    /** The last day (UTC) on which it is accepted. */
    until: day,
  })
  .refine(
    (entry) => [entry.rule, entry.measurement, entry.finding].some((one) => one !== undefined),
    'Expected a "rule", a "measurement" or a "finding"',
  )

/** A file of expected results, as it is written. */
export const expectedFile = z.strictObject({
  /** The target that it is about; a run of another refuses it. */
  target: name.optional(),
  expected: z.array(expectedEntry).max(entriesMax),
})

/** A file of expected results as a plan holds it. */
export const plannedExpectation = z.strictObject({
  /** As it was named. */
  file: z.string(),
  /** `sha256:…` of its bytes. */
  digest: z.string(),
  entries: z.array(expectedEntry).max(entriesMax),
})

/** One finding that is known. */
export type ExpectedEntry = z.infer<typeof expectedEntry>

/** A file of expected results as a plan holds it. */
export type PlannedExpectation = z.infer<typeof plannedExpectation>

/**
 * What is known of a scenario where the target's switches are so.
 *
 * @param switches - Every switch of the target, with the value that it has.
 */
export function entriesOf(
  { entries }: Pick<PlannedExpectation, 'entries'>,
  scenario: string,
  switches: Readonly<Record<string, string>>,
): readonly Omit<ExpectedEntry, 'scenario' | 'switches'>[] {
  return entries
    .filter((entry) => entry.scenario === scenario)
    .filter((entry) =>
      Object.entries(entry.switches ?? {}).every(([name, value]) => switches[name] === value),
    )
    .map(({ scenario: _, switches: __, ...known }) => known)
}
