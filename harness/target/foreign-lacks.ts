import type { Capabilities } from './capabilities.ts'

/** What a system lacks for reasons of its own, by the name of the fault, `router` or `tls`. */
type OwnLacks = NonNullable<Capabilities['lacks']> & { readonly 'signing-key-rotation': string }

/**
 * What no run can do to a server that is somebody else's and that a supervisor of ours started: it
 * takes no commands for faults, keeps its files itself, and has nothing in front of it.
 *
 * @param server - Its name in sentences, such as `slapd`.
 * @param own - What it lacks beside that, or for another reason.
 */
export function foreignLacks(server: string, own: OwnLacks): Readonly<Record<string, string>> {
  const noCommand = `${server} takes no command for it`
  return {
    'disk-full': 'its disk has no size of its own',
    'failing-dependency': noCommand,
    'fsync-fails': 'its database is not one of the harness',
    'grey-failure': noCommand,
    'health-flapping': noCommand,
    'health-flip': noCommand,
    'management-down': noCommand,
    router: 'no global endpoint leads to it',
    'slow-dependency': noCommand,
    throttling: noCommand,
    ...own,
  }
}
