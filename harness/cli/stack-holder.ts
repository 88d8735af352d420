import { randomBytes } from 'node:crypto'
import { systemClock } from '../kernel/clock.ts'
import { WorldError } from '../kernel/errors.ts'
import { keyedRandom } from '../kernel/random.ts'
import { seconds } from '../kernel/time.ts'
import { identify } from '../ledger/process-identity.ts'
import { openRun } from '../ledger/run-guard.ts'
import type { RunningRegion, RunningStack } from '../target/contract.ts'
import { callApi, textField } from '../target/reference/api.ts'
import { referenceTarget } from '../target/reference/target.ts'
import { processWorld } from '../world/process/process-world.ts'
import { type StackInput, stackPlan } from './stack-plan.ts'
import { forgetStack, type StackRecord, writeStackRecord } from './stack-record.ts'

/** What the command that starts a holder tells it, as JSON in its first argument. */
export interface HolderInput extends Required<StackInput> {
  readonly runId: string
}

/**
 * Holds a stack up: a process in a session of its own, which outlives the command that started it.
 * It is a run like any other, with a ledger and a reaper: killed, it takes its Regions with it.
 * Asked to end, it takes the stack down and leaves nothing.
 */
async function hold({ runId, ...input }: HolderInput): Promise<void> {
  const asked = askedToEnd()
  const guard = await openRun({ runId, command: 'interregnum stack up' })
  try {
    const plan = stackPlan(input)
    const { seed, storage, mutants } = plan
    const world = processWorld({ plan, ledger: guard.ledger })
    await using stack = await world.start(await referenceTarget.topology(plan))
    await referenceTarget.prepare(stack, {
      plan,
      random: keyedRandom(seed),
      digestKey: randomBytes(32),
      onJwks: () => {},
    })
    const self = await identify(process.pid)
    if (self === undefined) throw new WorldError('this process does not find itself')
    await writeStackRecord({
      ...{ runId, ...self, seed, mutants: [...mutants] },
      ...(storage === 'memory' ? {} : { storage }),
      ...(await about(stack)),
    })
    await asked
  } finally {
    await guard.close()
    forgetStack(runId)
  }
}

/** Resolves at the first signal that asks this process to end. */
function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}

/** The app client that the set-up of a stack makes for sign-ins. */
const clientName = 'interregnum'

/** Where the Regions are, and the names that requests need. */
async function about(
  stack: RunningStack,
): Promise<Pick<StackRecord, 'regions' | 'poolId' | 'clientId'>> {
  const regions = stack.regions.map(({ name, role, endpoint = '' }) => ({ name, role, endpoint }))
  const primary = stack.regions.find(({ role }) => role === 'primary')
  if (primary === undefined) throw new WorldError('the stack has no primary')
  const [pool] = await listed(primary, 'ListUserPools', {}, 'UserPools')
  const poolId = textField(pool, 'Id')
  if (poolId === undefined) throw new WorldError('the stack has no user pool')
  const asked = { UserPoolId: poolId }
  const clients = await listed(primary, 'ListUserPoolClients', asked, 'UserPoolClients')
  const client = clients.find((one) => textField(one, 'ClientName') === clientName)
  const clientId = textField(client, 'ClientId')
  if (clientId === undefined) throw new WorldError(`the stack has no client ${clientName}`)
  return { regions, poolId, clientId }
}

/** The first entries of a list of the API. */
async function listed(
  region: RunningRegion,
  operation: string,
  input: Readonly<Record<string, string>>,
  list: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const request = { operation, input: { ...input, MaxResults: 10 } }
  const answer = await callApi(region.direct, request, systemClock().timeout(seconds(5)))
  const entries = answer.ok ? answer.output[list] : undefined
  return Array.isArray(entries) ? entries : []
}

await hold(JSON.parse(process.argv[2] ?? '{}') as HolderInput)
process.exit(0)
