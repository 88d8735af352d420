import { invariant } from '../../kernel/invariant.ts'
import type { ResolvedOperation } from '../contract.ts'
import { optionalArgument } from '../operation-fields.ts'

/** A device as a result of an operation carries it. */
export interface Device {
  readonly key: string
  readonly groupKey: string
  /** The operation that confirmed it: its password is derived from it. Absent: only offered. */
  readonly confirmedBy?: string
}

/** The text of a result `device`. */
export function deviceResult(device: Device): string {
  return JSON.stringify(device)
}

/** Reads what {@link deviceResult} wrote. @throws InvariantError if it is none. */
export function deviceOf(text: string): Device {
  const device = JSON.parse(text) as Device
  invariant(typeof device.key === 'string', 'a result "device" must hold a key')
  return device
}

/** `DEVICE_KEY` of the device that an operation names, if it names one. */
export function deviceParameter(operation: ResolvedOperation): { readonly DEVICE_KEY?: string } {
  const device = optionalArgument(operation, 'device')
  return device === undefined ? {} : { DEVICE_KEY: deviceOf(device).key }
}
