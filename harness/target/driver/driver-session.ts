import { dirname, resolve } from 'node:path'
import type { OperationFunction } from '../../history/operation.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { canonicalJson } from '../../kernel/json.ts'
import { millis, seconds } from '../../kernel/time.ts'
import type { Plan } from '../../plan/plan.ts'
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
import { topologyOf } from '../remote-topology.ts'
import { runSecrets } from '../secrets.ts'
import { nameOfSession } from '../session-name.ts'
import { tokenInspector } from '../token-inspector.ts'
import { unguessableSecrets } from '../unguessable-secrets.ts'
import { contradiction } from './contradiction.ts'
import { type DriverDescription, endText, hear } from './describe-driver.ts'
import { DriverChannel } from './driver-channel.ts'
import { driverOutcome, type Inspect } from './driver-outcome.ts'
import { handed } from './handed.ts'
import { KnownSecrets, secretsOfEnvironment } from './known-secrets.ts'
import { type LinkProof, linkProof } from './link-proof.ts'
import { MadeUsers, removesUsers } from './made-users.ts'
import type { DriverAnswer, DriverPrepared, PerformAnswer, PrepareRequest } from './protocol.ts'
import type { MadeByDriver } from './undo.ts'

/** A driver and what it said of itself before the run. */
export interface DriverUnderTest {
  readonly command: readonly string[]
  readonly description: DriverDescription
}

/** What a driver uses of a stack. */
export type DrivenStack = Pick<RunningStack, 'regions' | 'clock' | 'wall'> &
  Partial<Pick<RunningStack, 'links'>>

/** A prepared driver. */
export interface DriverSession extends TargetSession {
  /** Removes the users that it made, where it can. @returns What is left, as sentences. */
  cleanUp(): Promise<readonly string[]>
  /** Cleans up and ends it. True if it went by itself when its input ended. */
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
  known.add(secretsOfEnvironment(process.env))
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
    const request = requestOf(stack, ports)
    const proof = await linkProof(stack)
    const prepared = await prepare(channel, stack, request, driver)
    const inspect = await inspectorOf(stack, ports, driver, prepared)
    const { prefix = '' } = request
    const made = madeUsers({ channel, stack, ports, driver, request })
    const speaker = new Speaker({
      ...{ channel, stack, ports, driver, known, inspect, proof, prefix, made },
    })
    const cleanUp = async (): Promise<readonly string[]> => (await made?.remove()) ?? []
    return {
      connect: (region) => speaker.clientOf(region),
      cleanUp,
      close: async () => {
        await cleanUp()
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

/** What a driver is told of the stack; of somebody's system also what only its topology says. */
function requestOf(
  { regions }: DrivenStack,
  { plan, digestKey, functions = [] }: TargetPorts,
): Omit<PrepareRequest, 'id'> {
  const isRemote = plan.world === 'remote'
  const settings = isRemote ? topologyOf(plan).content.target : undefined
  return {
    type: 'prepare',
    regions: regions.map((region) => ({
      name: region.name,
      role: region.role,
      endpoint: endpointOf(region),
      ...(isRemote ? remoteRegion(plan, region.name) : {}),
    })),
    functions: [...functions],
    ...(settings === undefined ? {} : { settings }),
    ...(isRemote ? { prefix: `interregnum-${nameOfSession(digestKey)}-` } : {}),
    deadlineMillis: plan.limits.regionReadyMillisMax,
  }
}

function remoteRegion(plan: Plan, name: string) {
  const { content, file } = topologyOf(plan)
  const { url = '', certificateAuthority: authority } = content.regions[name] ?? {}
  if (authority === undefined) return { direct: url }
  return { direct: url, certificateAuthority: resolve(dirname(file), authority) }
}

interface MadeUsersParts {
  readonly channel: DriverChannel
  readonly stack: DrivenStack
  readonly ports: TargetPorts
  readonly driver: DriverUnderTest
  readonly request: Omit<PrepareRequest, 'id'>
}

/** Users outlive the run at somebody's system alone; removed by a driver that can do it. */
function madeUsers({ channel, stack, ports, driver, request }: MadeUsersParts) {
  const { description, command } = driver
  const { prefix, regions } = request
  const past = regions.map((region) => ({ ...region, endpoint: region.direct ?? region.endpoint }))
  const primary = past.find(({ role }) => role === 'primary')
  if (prefix === undefined || primary === undefined) return undefined
  if (!removesUsers(description.capabilities)) return undefined
  const detail: MadeByDriver = {
    ...{ command: [...command], folder: process.cwd() },
    prepare: { ...request, regions: past, cleanUp: true },
  }
  const owner = `driver ${description.name}`
  return new MadeUsers({
    remover: {
      ...{ channel, clock: stack.clock, primary },
      operationMillisMax: ports.plan.limits.operationMillisMax,
    },
    ...{ ledger: ports.ledger, owner },
    thing: {
      target: 'driver',
      what: `users "${prefix}…" that ${owner} made at ${primary.endpoint}`,
      detail: detail as unknown as Readonly<Record<string, Json>>,
    },
  })
}

async function prepare(
  channel: DriverChannel,
  { clock }: DrivenStack,
  request: Omit<PrepareRequest, 'id'>,
  { description }: DriverUnderTest,
): Promise<DriverPrepared> {
  const { deadlineMillis } = request
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
    return async (token, use, lifetime) => {
      const seenAt = wall.now()
      const ends = lifetime === undefined || use === 'refresh' ? undefined : seconds(lifetime)
      return {
        ...{ digest: keyedDigest(digestKey, token), seenAt, use, verifications: [] },
        ...(ends === undefined ? {} : { expiresAt: seenAt + ends }),
      }
    }
  }
  const inspector = tokenInspector({
    ...{ regions, clock, wall, digestKey, onJwks },
    jwksPath: tokens.jwksPath,
    dialect: description.stack === 'reference' ? 'cognito' : 'openid',
    expectedIssuers: [issuer, ...issuers],
    expectedAudiences: [audience, ...audiences],
    leewayMillis: description.capabilities.clockSkewMillisMax,
  })
  await inspector.refresh()
  return (token, use) => inspector.observe(token, use)
}

interface SpeakerParts {
  readonly channel: DriverChannel
  readonly stack: DrivenStack
  readonly ports: TargetPorts
  readonly driver: DriverUnderTest
  readonly known: KnownSecrets
  readonly inspect: Inspect
  readonly proof: LinkProof
  /** What names of users begin with. */
  readonly prefix: string
  readonly made: MadeUsers | undefined
}

/** They make a user. */
const makers: ReadonlySet<OperationFunction> = new Set(['sign-up', 'admin-create-user'])

/** Puts operations to the driver, and believes no more than it has to. */
class Speaker {
  readonly #parts: SpeakerParts
  readonly #declared: ReadonlySet<OperationFunction>
  readonly #secrets: ReturnType<typeof runSecrets>

  constructor(parts: SpeakerParts) {
    this.#parts = parts
    this.#declared = new Set(parts.driver.description.capabilities.functions)
    const { plan, random, digestKey } = parts.ports
    // The seed stands in a plan, and accounts of the remote world in a system that others use.
    this.#secrets = plan.world === 'remote' ? unguessableSecrets(digestKey) : runSecrets(random)
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
    const { channel, stack, ports, driver, known, inspect, proof, prefix, made } = this.#parts
    if (!this.#declared.has(operation.function)) return failed('fail', 'not-declared')
    const user = `${prefix}${operation.user}`
    const makes = makers.has(operation.function)
    if (makes) await made?.expect(user)
    const given = handed(operation, { secrets: this.#secrets, wall: stack.wall })
    known.add(Object.values(given.secrets))
    const reply = await channel.ask(
      {
        type: 'perform',
        operation: operation.id,
        function: operation.function,
        ...{ user, region, endpoint },
        deadlineMillis: ports.plan.limits.operationMillisMax,
        ...given,
        reads: (operation.reads ?? []).map((register) => `${prefix}${register}`),
      },
      signal,
    )
    if (makes && reply.kind === 'late') made?.expectLate()
    if (reply.kind === 'late') return failed('info', 'deadline')
    if (reply.kind === 'gone') return failed('info', 'driver-gone')
    if (reply.kind === 'unasked') return failed('fail', 'driver-gone')
    const declared = driver.description.capabilities
    const answer = withoutPrefix(reply.answer, prefix)
    const broken =
      contradiction(answer, { operation, declared, known }) ??
      (claimsContact(answer) ? await proof.against(region) : undefined)
    if (broken !== undefined) {
      channel.blame(broken)
      return failed('info', 'driver-not-believed')
    }
    return driverOutcome(answer as PerformAnswer, operation, inspect, given.secrets.code)
  }
}

/** The Region itself is said to have answered. */
function claimsContact(answer: DriverAnswer): boolean {
  return answer.type === 'ok' || ('status' in answer && answer.status !== undefined)
}

/** Registers under the names that the history has for users. */
function withoutPrefix(answer: DriverAnswer, prefix: string): DriverAnswer {
  if (prefix === '' || !('observed' in answer) || answer.observed === undefined) return answer
  const observed = Object.entries(answer.observed).map(
    ([name, value]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, value] as const,
  )
  return { ...answer, observed: Object.fromEntries(observed) }
}

function failed(type: 'fail' | 'info', code: string): Outcome {
  if (code === 'not-declared') return { type, error: { code } }
  return { type, error: { code, meaning: 'unavailable' } }
}

function endpointOf({ name, endpoint }: RunningRegion): string {
  if (endpoint !== undefined) return endpoint
  throw new WorldError(`Region ${name} has no address that a driver could reach`)
}
