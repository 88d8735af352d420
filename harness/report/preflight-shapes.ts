import { z } from 'zod'

/** A policy of IAM, as `interregnum preflight --policy` prints it. */
export const preflightPolicyShape = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Action: z.array(z.string()),
      Resource: z.array(z.string()),
    }),
  ),
})

/** What `interregnum preflight --json` prints. */
export const preflightShape = z.strictObject({
  tool: z.strictObject({ name: z.literal('interregnum'), version: z.string() }),
  target: z.literal('cognito'),
  model: z.boolean(),
  system: z.string(),
  regions: z.array(z.string()),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      what: z.string(),
      why: z.string(),
      requirements: z.array(z.string()),
      severity: z.enum(['error', 'warning', 'note']),
      remedy: z.string(),
      verdict: z.enum(['pass', 'fail', 'expected', 'inconclusive', 'skipped']),
      reason: z.string(),
      evidence: z.array(z.string()),
      findings: z.array(
        z.strictObject({ subject: z.string(), message: z.string(), known: z.boolean() }),
      ),
      unseen: z.array(z.string()),
    }),
  ),
  healed: z.array(z.strictObject({ check: z.string(), subject: z.string(), message: z.string() })),
  calls: z.strictObject({
    total: z.int(),
    max: z.int(),
    by: z.array(z.strictObject({ action: z.string(), region: z.string(), calls: z.int() })),
  }),
  policy: preflightPolicyShape,
})
