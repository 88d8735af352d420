import { z } from 'zod'

const tool = z.strictObject({ name: z.literal('interregnum'), version: z.string() })

/** What `interregnum check topology.yaml --json` prints. */
export const topologyCheckShape = z.strictObject({
  tool,
  file: z.string(),
  digest: z.string(),
  /** What a run would send, cut and run, a line each. */
  disturbs: z.array(z.string()),
  faults: z.array(
    z.strictObject({
      fault: z.string(),
      possible: z.boolean(),
      reason: z.string().optional(),
    }),
  ),
})

/** What `interregnum init --json` prints. */
export const initShape = z.strictObject({
  folder: z.string(),
  /** Files that it wrote, named from the folder. */
  written: z.array(z.string()),
  /** What is left to do by hand, a line each. */
  next: z.array(z.string()),
})
