import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { type Clock, systemClock, systemWallClock } from '../kernel/clock.ts'
import { exitCodes, UsageError, WorldError } from '../kernel/errors.ts'
import { builtModule } from '../kernel/paths.ts'
import { millis, seconds } from '../kernel/time.ts'
import { identify, isAlive, signalProcess } from '../ledger/process-identity.ts'
import { recover } from '../ledger/recover.ts'
import { createRunId } from '../ledger/run-id.ts'
import { plainText } from '../report/plain-text.ts'
import { mutantsNamed } from './mutants-named.ts'
import type { HolderInput } from './stack-holder.ts'
import { stackPlan } from './stack-plan.ts'
import {
  forgetStack,
  type KnownStack,
  knownStacks,
  type StackRecord,
  stackLog,
  stacksFolder,
} from './stack-record.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** How long a stack may take to come up, and to go down. */
const upMax = seconds(60)
const downMax = seconds(20)
const pollPause = millis(50)

/** The flags of `interregnum stack up`. */
export interface StackFlags {
  readonly seed?: number
  readonly storage?: string
  readonly mutant?: readonly string[]
}

/**
 * `interregnum stack up`: starts two Regions of the reference in a process of its own, which stays
 * when this command ends, and says where they are.
 *
 * @throws UsageError if a stack is up or a flag is wrong; WorldError, with the holder's words, if
 *   it does not come up.
 */
export async function stackUp(flags: StackFlags, around: Surroundings): Promise<CommandResult> {
  const planted = mutantsNamed(flags.mutant ?? []).map(({ id }) => id)
  const { seed, storage, mutants } = stackPlan({ ...flags, mutants: planted })
  const up = (await knownStacks()).find(({ state }) => state === 'up')
  if (up !== undefined) {
    throw new UsageError(`a stack is up already: ${whereabouts(up)}`, {
      hint: '`interregnum stack down` takes it down',
    })
  }
  const runId = createRunId(systemWallClock().now())
  const record = await started({ runId, seed, storage, mutants }, around, systemClock())
  return {
    document: { stacks: [{ ...record, state: 'up' }] },
    text: [...about({ ...record, state: 'up' }), '', ...examples(record)].join('\n'),
    exitCode: exitCodes.pass,
  }
}

/** `interregnum stack status`: the stacks of the state folder; one that died is `gone`. */
export async function stackStatus(): Promise<CommandResult> {
  const stacks = await knownStacks()
  const text = stacks.length === 0 ? ['no stack is up'] : stacks.flatMap(about)
  return { document: { stacks }, text: text.join('\n'), exitCode: exitCodes.pass }
}

/**
 * `interregnum stack down`: asks what holds each stack to end, and cleans after what died. Exit
 * code 3 where something could not be removed.
 */
export async function stackDown(): Promise<CommandResult> {
  const stacks = await knownStacks()
  const clock = systemClock()
  for (const { pid, startTime } of stacks) {
    if (!(await signalProcess({ pid, startTime }, 'SIGTERM'))) continue
    await until(clock, downMax, async () => !(await isAlive(pid, startTime)))
    // What does not end by itself is ended; its reaper, or the recovery below, cleans after it.
    await signalProcess({ pid, startTime }, 'SIGKILL')
  }
  const recovery = stacks.length === 0 ? undefined : await recover()
  const remaining = recovery?.recovered.flatMap((run) => run.remaining) ?? []
  if (remaining.length === 0) for (const { runId } of stacks) forgetStack(runId)
  const text = stacks.map(({ runId }) => `stack ${runId} is down`)
  return {
    document: { down: stacks.map(({ runId }) => runId), remaining },
    text: [...(text.length === 0 ? ['no stack is up'] : text), ...remaining]
      .map(plainText)
      .join('\n'),
    exitCode: remaining.length === 0 ? exitCodes.pass : exitCodes.leftover,
  }
}

/** Starts the holder and waits for its record, or for its end. */
async function started(
  input: HolderInput,
  around: Surroundings,
  clock: Clock,
): Promise<StackRecord> {
  mkdirSync(stacksFolder(), { recursive: true, mode: 0o700 })
  const log = openSync(stackLog(input.runId), 'w', 0o600)
  const holder = spawn(
    process.execPath,
    [builtModule('harness/cli/stack-holder.ts'), JSON.stringify(input)],
    { detached: true, stdio: ['ignore', log, log], cwd: stacksFolder() },
  )
  closeSync(log)
  holder.unref()
  const identity = holder.pid === undefined ? undefined : await identify(holder.pid)
  const recorded = async (): Promise<StackRecord | undefined> =>
    (await knownStacks()).find(({ runId, state }) => runId === input.runId && state === 'up')
  const isOver = (): boolean => holder.exitCode !== null || holder.signalCode !== null
  await until(
    clock,
    upMax,
    async () => isOver() || around.signal.aborted || (await recorded()) !== undefined,
  )
  const record = await recorded()
  if (record !== undefined && !around.signal.aborted) return record
  if (identity !== undefined) await signalProcess(identity, 'SIGTERM')
  if (around.signal.aborted) throw around.signal.reason
  throw new WorldError(`the stack did not come up: ${lastWords(input.runId)}`)
}

async function until(
  clock: Clock,
  within: number,
  isReached: () => Promise<boolean>,
): Promise<void> {
  const deadline = clock.monotonic() + within
  while (!(await isReached()) && clock.monotonic() < deadline) await clock.sleep(pollPause)
}

/** What the holder said before it ended; its log goes with it. */
function lastWords(runId: string): string {
  const words = readFileSync(stackLog(runId), 'utf8').trim()
  forgetStack(runId)
  return words === '' ? `it was not ready within ${upMax / 1_000_000} s` : words.slice(-1_000)
}

function about(stack: KnownStack): readonly string[] {
  const { runId, state, regions, poolId, clientId, mutants, storage } = stack
  if (state === 'gone') return [`stack ${runId} died; \`interregnum stack down\` cleans after it`]
  return [
    `stack ${runId} is up${storage === undefined ? '' : ', its state in PostgreSQL'}`,
    ...regions.map(({ name, role, endpoint }) => `  ${role.padEnd(8)} ${name}  ${endpoint}`),
    `  user pool ${poolId}, app client ${clientId}`,
    ...(mutants.length === 0 ? [] : [`  planted: ${mutants.join(', ')}`]),
  ].map(plainText)
}

function whereabouts({ regions }: StackRecord): string {
  return regions.map(({ name, endpoint }) => `${name} at ${endpoint}`).join(', ')
}

/** A user is made at the primary and signs in at the replica. */
function examples({ regions, poolId, clientId }: StackRecord): readonly string[] {
  const at = (role: string): string => regions.find((one) => one.role === role)?.endpoint ?? ''
  const call = (role: string, operation: string, input: object): string =>
    `curl -s ${at(role)}/ -H 'content-type: application/x-amz-json-1.1' \\\n  -H 'x-amz-target: AWSCognitoIdentityProviderService.${operation}' \\\n  -d '${JSON.stringify(input)}'`
  const user = { Username: 'ada' }
  const password = 'Correct-Horse-1'
  return [
    'Make a user at the primary, and sign in at the replica:',
    '',
    call('primary', 'SignUp', { ClientId: clientId, ...user, Password: password }),
    call('primary', 'AdminConfirmSignUp', { UserPoolId: poolId, ...user }),
    call('replica', 'InitiateAuth', {
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: user.Username, PASSWORD: password },
    }),
    '',
    '`interregnum stack down` takes it down; it ends by itself after twelve hours.',
  ]
}
