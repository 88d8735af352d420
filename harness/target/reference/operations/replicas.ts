import { acknowledged, type OperationHandler } from '../operation-handler.ts'

/** Sends end users to the replica, at whichever Region it is asked of. */
export const activateReplica: OperationHandler = replicaStatus('ACTIVE')

/** The replica refuses end users; administrators read it still. */
export const deactivateReplica: OperationHandler = replicaStatus('INACTIVE')

function replicaStatus(status: 'ACTIVE' | 'INACTIVE'): OperationHandler {
  return acknowledged((_operation, { poolId, replica }) => ({
    operation: 'UpdateUserPoolReplica',
    input: { UserPoolId: poolId, RegionName: replica, Status: status },
  }))
}
