import type { Clock } from '../../kernel/clock.ts'
import { RegionNotReadyError, WorldError } from '../../kernel/errors.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { ToChild } from '../../target/child-protocol.ts'
import type { Casualty, RegionPlan } from '../../target/contract.ts'
import { type ChildChannel, childChannel, type ReadyMessage } from './child-channel.ts'
import { type ChildLife, startChild } from './child-life.ts'
import { within } from './within.ts'

/** How long an orderly stop may take before the process is killed. */
const stopMillisMax = 2_000

type StartMessage = Extract<ToChild, { type: 'start' }>

/** The parts of the start message that do not change over the lives of a Region. */
export type StartFrame = Omit<StartMessage, 'type' | 'boot' | 'wallOffsetMicros'>

/** What every life of one Region needs. */
export interface RegionProcessOptions {
  readonly plan: RegionPlan
  readonly ledger: Ledger
  readonly clock: Clock
  readonly frame: StartFrame
  readonly readyMillisMax: number
  /** Called as soon as the process is gone, whoever ended it. */
  readonly onExit: () => void
  /** Called if it ended by itself. */
  readonly onCasualty: (casualty: Casualty) => void
}

/** One life of a Region: from its start to the end of its process. */
export interface RegionProcess {
  readonly boot: number
  readonly life: ChildLife
  readonly channel: ChildChannel
  /** @throws RegionNotReadyError with the last words of the child. */
  ready(): Promise<ReadyMessage>
  /** Asks it to stop, then kills it if it still lives. */
  stop(): Promise<void>
}

/** Starts the Region's module and says `start`; resolves before it is ready. */
export async function startRegionProcess(
  options: RegionProcessOptions,
  boot: number,
  wallOffsetMicros: Micros,
): Promise<RegionProcess> {
  const { plan, ledger, clock, frame } = options
  const owner = `Region ${plan.name}`
  const module = plan.launch.command?.module
  if (module === undefined) {
    throw new WorldError(`${owner} cannot be started as a process: its plan names no module`, {
      hint: 'give the target a launch.command, or use a world that it supports',
    })
  }
  const life = await startChild({
    ...{ ledger, clock, owner, module },
    onCasualty: options.onCasualty,
  })
  const noise: string[] = []
  const channel = childChannel({
    clock,
    owner,
    input: life.stdin,
    output: life.stdout,
    onNoise: (line) => {
      if (noise.push(line.slice(0, noiseCharactersMax)) > noiseLinesMax) noise.shift()
    },
  })
  void life.exited.then((how) => {
    channel.close(`is gone (${how})`)
    options.onExit()
  })
  channel.start({ type: 'start', ...frame, boot, wallOffsetMicros })
  return {
    boot,
    life,
    channel,
    ready: () => readiness(options, life, channel, noise),
    stop: () => stop(life, channel),
  }
}

/** Lines on standard output that are no messages: the newest are kept for error messages. */
const noiseLinesMax = 50
const noiseCharactersMax = 500

async function readiness(
  options: RegionProcessOptions,
  life: ChildLife,
  channel: ChildChannel,
  noise: readonly string[],
): Promise<ReadyMessage> {
  const { plan, clock, readyMillisMax } = options
  const outcome = await within(
    clock,
    millis(readyMillisMax),
    channel.ready.then(
      (message) => ({ message, failure: undefined }),
      (error: Error) => ({ message: undefined, failure: error }),
    ),
  )
  const message = outcome?.value.message
  if (message !== undefined) return message
  const failure = outcome?.value.failure
  if (failure === undefined) await life.kill()
  const words = [...noise, await life.lastWords()].filter((text) => text !== '').join('\n')
  const what = failure?.message ?? `Region ${plan.name} said nothing for ${readyMillisMax} ms`
  const tail = words === '' ? 'It wrote nothing to standard error.' : `Its last words:\n${words}`
  throw new RegionNotReadyError(
    `${what}; it was expected to be ready within ${readyMillisMax} ms. ${tail}`,
    {
      ...(failure === undefined ? {} : { cause: failure }),
      hint: 'start the module by hand, or raise limits.regionReadyMillisMax',
    },
  )
}

async function stop(life: ChildLife, channel: ChildChannel): Promise<void> {
  if (!life.gone && (await life.observe()) === 'running') {
    life.dismiss()
    // It may exit before its answer is read: that it is gone is all that matters.
    await channel.request({ type: 'stop' }, stopMillisMax).catch(() => {})
    life.stdin.end()
  }
  await life.kill()
}
