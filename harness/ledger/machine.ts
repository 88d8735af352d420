import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Host, boot and pid namespace: two processes see each other's pids only where all are equal. */
export interface Machine {
  readonly host: string
  readonly boot: string
  readonly namespace: string
}

/** Where this process runs, as one line of a ledger says it: `host/boot/namespace`. */
export function thisMachine(): string {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'))
  return [hostname(), boot, namespace].map((part) => encodeURIComponent(part)).join('/')
}

/**
 * Whether pids of `machine` can be judged from here: `here`; `rebooted`, so that all its processes
 * are gone; or `elsewhere`, such as another container that shares the state folder.
 */
export function relationTo(
  machine: string,
  current: string = thisMachine(),
): 'here' | 'rebooted' | 'elsewhere' {
  if (machine === current) return 'here'
  const [host, boot] = machine.split('/')
  const [currentHost, currentBoot] = current.split('/')
  return host === currentHost && boot !== currentBoot ? 'rebooted' : 'elsewhere'
}

function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
