import type { Micros } from '../kernel/time.ts'
import type { BulkCanary, CanaryResult, LinkPlan } from '../target/contract.ts'

/** Sends one canary with these texts. */
export type SendCanary = (
  texts: Pick<LinkPlan['canary'], 'send' | 'expect'>,
  deadline: Micros,
) => Promise<CanaryResult>

/** The padded canary of a plan, sent in the world's way. */
export function bulkCanary(
  plan: NonNullable<LinkPlan['canary']['padded']>,
  send: SendCanary,
): BulkCanary {
  return {
    bytesMax: plan.bytesMax,
    send: (bytes, deadline) => {
      const padding = 'x'.repeat(Math.min(plan.bytesMax, Math.max(1, Math.ceil(bytes))))
      const fill = (text: string): string => text.replace('{padding}', padding)
      return send({ send: fill(plan.send), expect: fill(plan.expect) }, deadline)
    },
  }
}
