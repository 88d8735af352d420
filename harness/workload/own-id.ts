import type { Operation, OperationId } from '../history/operation.ts'
import type { Intent } from './executor.ts'

/**
 * Stands for the id of the operation itself in the registers and values that an intent writes: the
 * id is drawn when the operation is emitted.
 */
export const ownId = '{id}'

/** The operation that an intent becomes, with its id in the place of {@link ownId}. */
export function withOwnId(intent: Intent, id: OperationId): Operation {
  const { writes } = intent
  if (writes === undefined) return { ...intent, id }
  return {
    ...intent,
    id,
    writes: writes.map(({ register, value }) => ({
      register: register.replace(ownId, id),
      value: value === ownId ? id : value,
    })),
  }
}
