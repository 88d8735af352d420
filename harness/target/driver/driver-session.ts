import type { OperationFunction } from '../../history/operation.ts'
import { WorldError } from '../../kernel/errors.ts'
import { canonicalJson } from '../../kernel/json.ts'
import { millis } from '../../kernel/time.ts'
import type {
  IdentityClient,
  Outcome,
  ResolvedOperation,
  RunningRegion,
  RunningStack,
  TargetPorts,
  TargetSession,
} from '../contract.ts'
import { keyedDigest } from '../jwks-snapshots.ts'
import type { RunningProgram } from '../program.ts'
import { runSecrets } from '../secrets.ts'
import { tokenInspector } from '../token-inspector.ts'
import { contradiction } from './contradiction.ts'
import { type DriverDescription, endText, hear } from './describe-driver.ts'
import { DriverChannel } from './driver-channel.ts'
import { driverOutcome, type Inspect } from './driver-outcome.ts'
import { handed } from './handed.ts'
import { KnownSecrets } from './known-secrets.ts'
import type { DriverPrepared, PerformAnswer } from './protocol.ts'

/** A driver and what it said of itself before the run. */
export interface DriverUnderTest {
  readonly command: readonly string[]
  readonly description: DriverDescription
}

/** What a driver uses of a stack. */
export type DrivenStack = Pick<RunningStack, 'regions' | 'clock' | 'wall'>

/** A prepared driver. */
export interface DriverSession extends TargetSession {
  /** True if it went by itself when its input ended. */
  close(): Promise<boolean>
}

/**
 * Starts a driver beside a running stack and has it set the system up. It is one process for the
 * whole scenario; one that ends is not started again.
 *
 * @throws WorldError that names the driver, what it did, and its last words.
 */
export async function prepareDriver(
  stack: DrivenStack,
  ports: TargetPorts,
  driver: DriverUnderTest,
): Promise<DriverSession> {
  const owner = `driver ${driver.description.name}`
  if (ports.startProgram === undefined) {
    throw new WorldError(`${owner} is a program, and this world can start none`)
  }
  const program = await ports.startProgram(driver.command, owner)
  const known = new KnownSecrets()
  const lastWords = async (): Promise<string> => known.redact(await program.lastWords())
  let reported: Promise<void> | undefined
  const channel = new DriverChannel({
    program,
    clock: stack.clock,
    onEnd: ({ how, ...by }) => {
      const casualty = { name: owner, pid: program.pid, how: known.redact(how), ...by }
      reported = ports.onProgramEnd?.(casualty, whenGone(program, lastWords))
    },
  })
  try {
    await sameAsBefore(channel, stack, driver)
    const prepared = await prepare(channel, stack, ports, driver)
    const inspect = await inspectorOf(stack, ports, driver, prepared)
    const speaker = new Speaker({ channel, stack, ports, driver, known, inspect })
    return {
      connect: (region) => speaker.clientOf(region),
      close: async () => {
        const wentByItself = await channel.close()
        await reported
        return wentByItself
      },
    }
  } catch (error) {
    await channel.close()
    if (!(error instanceof DriverFault)) throw error
    const words = await lastWords()
    throw new WorldError(`${owner} ${known.redact(error.message)}`, {
      hint: words === '' ? 'it wrote nothing to standard error' : `its last words were: ${words}`,
    })
  }
}

/** A clause about what a driver did, before it is told with its name and last words. */
class DriverFault extends Error {}

async function whenGone(
  program: RunningProgram,
  lastWords: () => Promise<string>,
): Promise<string> {
  await program.exited
  return lastWords()
}

async function sameAsBefore(
  channel: DriverChannel,
  { clock }: DrivenStack,
  { description }: DriverUnderTest,
): Promise<void> {
  const said = await hear(channel, clock)
  if ('problem' in said) throw new DriverFault(said.problem)
  if (canonicalJson(said.description) === canonicalJson(description)) return
  throw new DriverFault('said something else of itself than before the run')
}

async function prepare(
  channel: DriverChannel,
  { regions, clock }: DrivenStack,
  { plan, functions = [] }: TargetPorts,
  { description }: DriverUnderTest,
): Promise<DriverPrepared> {
  const deadlineMillis = plan.limits.regionReadyMillisMax
  const request = {
    type: 'prepare' as const,
    regions: regions.map((region) => ({
      name: region.name,
      role: region.role,
      endpoint: endpointOf(region),
    })),
    functions: [...functions],
    deadlineMillis,
  }
  const reply = await channel.ask(request, clock.timeout(millis(deadlineMillis)))
  if (reply.kind === 'late') throw new DriverFault(`did not prepare within ${deadlineMillis} ms`)
  if (reply.kind !== 'answer') throw new DriverFault(endText(channel))
  const { answer } = reply
  if (answer.type === 'refused') throw new DriverFault(`could not prepare: ${answer.message}`)
  if (answer.type !== 'prepared') {
    throw new DriverFault(`answered "prepare" with "${answer.type}"`)
  }
  if ((answer.tokens !== undefined) === (description.capabilities.tokens === 'jwt')) return answer
  const declared = description.capabilities.tokens
  throw new DriverFault(
    `declared "${declared}" tokens, but "prepared" has ${answer.tokens === undefined ? 'no' : 'a'} "tokens"`,
  )
}

/** How tokens are looked at: as relying parties would, or by their digests alone. */
async function inspectorOf(
  { regions, clock, wall }: DrivenStack,
  { digestKey, onJwks }: TargetPorts,
  { description }: DriverUnderTest,
  { tokens }: DriverPrepared,
): Promise<Inspect> {
  const [issuer, ...issuers] = tokens?.issuers ?? []
  const [audience, ...audiences] = tokens?.audiences ?? []
  if (tokens === undefined || issuer === undefined || audience === undefined) {
    return async (token, use) => ({
      ...{ digest: keyedDigest(digestKey, token), seenAt: wall.now(), use, verifications: [] },
    })
  }
  const inspector = tokenInspector({
    ...{ regions, clock, wall, digestKey, onJwks },
    jwksPath: tokens.jwksPath,
    expectedIssuers: [issuer, ...issuers],
    expectedAudiences: [audience, ...audiences],
    leewayMillis: description.capabilities.clockSkewMillisMax,
  })
  await inspector.refresh()
  return inspector.observe
}

interface SpeakerParts {
  readonly channel: DriverChannel
  readonly stack: DrivenStack
  readonly ports: TargetPorts
  readonly driver: DriverUnderTest
  readonly known: KnownSecrets
  readonly inspect: Inspect
}

/** Puts operations to the driver, and believes no more than it has to. */
class Speaker {
  readonly #parts: SpeakerParts
  readonly #declared: ReadonlySet<OperationFunction>
  readonly #secrets: ReturnType<typeof runSecrets>

  constructor(parts: SpeakerParts) {
    this.#parts = parts
    this.#declared = new Set(parts.driver.description.capabilities.functions)
    this.#secrets = runSecrets(parts.ports.random)
  }

  clientOf(region: RunningRegion): IdentityClient {
    const endpoint = endpointOf(region)
    return {
      perform: (operation, signal) => this.#perform(operation, region.name, endpoint, signal),
    }
  }

  async #perform(
    operation: ResolvedOperation,
    region: string,
    endpoint: string,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { channel, stack, ports, driver, known, inspect } = this.#parts
    if (!this.#declared.has(operation.function)) return failed('fail', 'not-declared')
    const given = handed(operation, { secrets: this.#secrets, wall: stack.wall })
    known.add(Object.values(given.secrets))
    const reply = await channel.ask(
      {
        type: 'perform',
        operation: operation.id,
        function: operation.function,
        user: operation.user,
        ...{ region, endpoint },
        deadlineMillis: ports.plan.limits.operationMillisMax,
        ...given,
        reads: [...(operation.reads ?? [])],
      },
      signal,
    )
    if (reply.kind === 'late') return failed('info', 'deadline')
    if (reply.kind === 'gone') return failed('info', 'driver-gone')
    if (reply.kind === 'unasked') return failed('fail', 'driver-gone')
    const declared = driver.description.capabilities
    const broken = contradiction(reply.answer, { operation, declared, known })
    if (broken !== undefined) {
      channel.blame(broken)
      return failed('info', 'driver-not-believed')
    }
    const answer = reply.answer as PerformAnswer
    return driverOutcome(answer, operation, inspect, given.secrets.code)
  }
}

function failed(type: 'fail' | 'info', code: string): Outcome {
  if (code === 'not-declared') return { type, error: { code } }
  return { type, error: { code, meaning: 'unavailable' } }
}

function endpointOf({ name, endpoint }: RunningRegion): string {
  if (endpoint !== undefined) return endpoint
  throw new WorldError(`Region ${name} has no address that a driver could reach`)
}
