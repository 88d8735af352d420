import { FaultError } from '../kernel/errors.ts'
import { invariant } from '../kernel/invariant.ts'
import type {
  ActiveDisturbance,
  MachineLimit,
  RegionMachine,
  RunningRegion,
} from '../target/contract.ts'
import type { Fault, Verification } from './fault.ts'

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
