import type { Clock } from '../../kernel/clock.ts'
import { type InterregnumError, RegionNotReadyError } from '../../kernel/errors.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { ToChild } from '../../target/child-protocol.ts'
import type { Casualty, RegionPlan } from '../../target/contract.ts'
import { type ChildChannel, childChannel, type ReadyMessage } from './child-channel.ts'
import type { SoftwareLife } from './software-life.ts'
import { within } from './within.ts'

/** How long an orderly stop may take before the process is killed. */
const stopMillisMax = 2_000

type StartMessage = Extract<ToChild, { type: 'start' }>

/** The parts of the start message that do not change over the lives of a Region. */
export type StartFrame = Omit<StartMessage, 'type' | 'boot' | 'wallOffsetMicros'>

/** What every life of one Region needs. */
export interface RegionProcessOptions {
  readonly plan: RegionPlan
  /** Starts its software; its end by itself is a casualty. */
  readonly launch: (onCasualty: (casualty: Casualty) => void) => Promise<SoftwareLife>
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
  readonly life: SoftwareLife
  readonly channel: ChildChannel
  /** @throws RegionNotReadyError with the last words of the child. */
  ready(): Promise<ReadyMessage>
  /** Asks it to stop, then kills it if it still lives. */
  stop(): Promise<void>
}

/** Starts the Region's software and says `start`; resolves before it is ready. */
export async function startRegionProcess(
  options: RegionProcessOptions,
  boot: number,
  wallOffsetMicros: Micros,
): Promise<RegionProcess> {
  const { plan, clock, frame } = options
  const owner = `Region ${plan.name}`
  const life = await options.launch(options.onCasualty)
  const noise: string[] = []
  const channel = childChannel({
    clock,
    owner,
    input: life.input,
    output: life.output,
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
  life: SoftwareLife,
  channel: ChildChannel,
  noise: readonly string[],
): Promise<ReadyMessage> {
  const { plan, clock, readyMillisMax } = options
  const outcome = await within(
    clock,
    millis(readyMillisMax),
    channel.ready.then(
      (message) => ({ message, failure: undefined }),
      (error: InterregnumError) => ({ message: undefined, failure: error }),
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
      hint:
        failure === undefined
          ? 'start the module by hand, or raise limits.regionReadyMillisMax'
          : (failure.hint ?? 'start the module by hand: it ended before it was ready'),
    },
  )
}

async function stop(life: SoftwareLife, channel: ChildChannel): Promise<void> {
  if (!life.gone && (await life.observe()) === 'running') {
    life.dismiss()
    // It may exit before its answer is read: that it is gone is all that matters.
    await channel.request({ type: 'stop' }, stopMillisMax).catch(() => {})
    life.input.end()
  }
  await life.kill()
}
