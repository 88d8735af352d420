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
      const count = Math.min(plan.bytesMax, Math.max(1, Math.ceil(bytes)))
      const padding = 'x'.repeat(plan.lengthFirst === true ? writable(plan.send, count) : count)
      const fill = (text: string): string => text.replace('{padding}', padding)
      const first = plan.lengthFirst === true ? lengthOf(fill(plan.send)) : ''
      return send({ send: first + fill(plan.send), expect: fill(plan.expect) }, deadline)
    },
  }
}

/** At least so much padding that no byte of the length is above 127: texts are sent as UTF-8. */
function writable(text: string, count: number): number {
  const length = text.length - '{padding}'.length + count + 4
  return (length & 0x80) === 0 ? count : count + 0x80 - (length & 0x7f)
}

function lengthOf(text: string): string {
  const length = text.length + 4
  return String.fromCharCode(0, 0, length >> 8, length & 0xff)
}
