import { FaultError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import { seconds } from '../kernel/time.ts'
import type {
  ActiveDisturbance,
  MachineLimit,
  RegionMachine,
  RunningRegion,
} from '../target/contract.ts'
import type { Fault, FaultEnvironment, Verification } from './fault.ts'
import { linksAreSilent, linksCarry } from './verification.ts'

/** A fault below the links, at what a Region runs on. */
export interface MachineFault {
  disturb(machine: RegionMachine): Promise<ActiveDisturbance>
  verify(): Promise<Verification>
  verifyHealed(): Promise<Verification>
}

/** A fault that is one disturbance of the machine of a Region. */
export function machineFault(region: RunningRegion, fault: MachineFault): Fault {
  let active: ActiveDisturbance | undefined
  return {
    apply: async () => {
      invariant(active === undefined, `the machine of ${region.name} is already disturbed`)
      active = await fault.disturb(machineOf(region))
    },
    verify: fault.verify,
    heal: async () => active?.lift(),
    verifyHealed: fault.verifyHealed,
  }
}

/** Beyond this, what was sent into the silence has been given up by whoever sent it. */
const lateArrivalMicrosMax = seconds(30)

/**
 * A fault that loses packets below every link. TCP sends again what was lost, at intervals that
 * double (RFC 6298 section 5.5): after the heal for as long as the fault lasted. Until then a
 * change whose client was never answered can still be made, so the heal is verified no sooner.
 */
export function packetFault(
  region: RunningRegion,
  environment: FaultEnvironment,
  disturb: MachineFault['disturb'],
): Fault {
  const { clock } = environment.stack
  let began = clock.monotonic()
  let healed = began
  return machineFault(region, {
    disturb: async (machine) => {
      began = clock.monotonic()
      const active = await disturb(machine)
      return {
        lift: async () => {
          await active.lift()
          healed = clock.monotonic()
        },
      }
    },
    verify: () => linksAreSilent(environment, region),
    verifyHealed: async () => {
      const carries = await linksCarry(environment, region)
      const lasted = Math.min(healed - began, lateArrivalMicrosMax)
      await clock.sleep(Math.max(0, healed + lasted - clock.monotonic()))
      return carries
    },
  })
}

/** A bound on what the containers of a Region may use, seen from within them. */
export function limitFault(region: RunningRegion, limit: MachineLimit): Fault {
  const wanted = limit.kind === 'memory' ? limit.megabytes : limit.share
  const look = async (): Promise<number | undefined> => {
    const { megabytes, share } = await machineOf(region).limits()
    return limit.kind === 'memory' ? megabytes : share
  }
  let before: number | undefined
  return machineFault(region, {
    disturb: async (machine) => {
      before = await look()
      return machine.limit(limit)
    },
    verify: async () => seenAs(region, limit, await look(), wanted),
    verifyHealed: async () => seenAs(region, limit, await look(), before),
  })
}

/** Systems round: memory to pages, time to microseconds of a period. */
const roundingMax = 0.02

function seenAs(
  { name }: RunningRegion,
  { kind }: MachineLimit,
  seen: number | undefined,
  expected: number | undefined,
): Verification {
  const held =
    seen === undefined || expected === undefined
      ? seen === expected
      : Math.abs(seen - expected) <= roundingMax * expected
  const unit = kind === 'memory' ? 'MB' : 'processors'
  const bound = seen === undefined ? 'no bound' : `at most ${Number(seen.toFixed(2))} ${unit}`
  return { held, detail: `${kind} of ${name}: ${bound}` }
}

function machineOf({ name, machine }: RunningRegion): RegionMachine {
  if (machine !== undefined) return machine
  throw new FaultError(`this world does not reach below the links of ${name}`)
}
