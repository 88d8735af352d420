import type { RegionLifecycle, RunningRegion, RunningStack } from '../../target/contract.ts'

/** A stack whose links take every disturbance and are disturbed by none. */
export function undisturbable(stack: RunningStack): RunningStack {
  return {
    ...stack,
    links: stack.links.map((link) => ({
      ...link,
      disturb: async () => ({ lift: async () => {} }),
    })),
  }
}

/** A stack whose disturbances, once in force, are never lifted. */
export function unhealable(stack: RunningStack): RunningStack {
  return {
    ...stack,
    links: stack.links.map((link) => ({
      ...link,
      disturb: async (disturbance) => {
        await link.disturb(disturbance)
        return { lift: async () => {} }
      },
    })),
  }
}

/** A stack whose Regions live on, whatever is done to their processes. */
export function immortal(stack: RunningStack): RunningStack {
  return withRegions(stack, ({ lifecycle }) => ({
    lifecycle: {
      observe: lifecycle.observe,
      ...ignoring(['crash', 'start', 'pause', 'resume', 'losePower']),
      ...ignoring(['fillDisk', 'freeDisk', 'failSyncs', 'mendSyncs']),
    },
  }))
}

/** A stack whose Regions run, and whose operating system does not let anybody kill them. */
export function unkillable(stack: RunningStack): RunningStack {
  return withRegions(stack, ({ lifecycle }) => ({
    lifecycle: { ...lifecycle, crash: () => Promise.reject(new Error('not permitted')) },
  }))
}

/** A stack whose wall clocks keep true time. */
export function punctual(stack: RunningStack): RunningStack {
  return withRegions(stack, ({ control }) => ({
    control: { ...control, setWallOffset: async () => {} },
  }))
}

/** A stack whose Regions take every command that would change them, and do nothing of it. */
export function deaf(stack: RunningStack): RunningStack {
  const looks = ['dependency-probe', 'disk-probe', 'sync-probe', 'signing-keys', 'status']
  return withRegions(stack, ({ control }) => ({
    control: {
      ...control,
      command: async (name, parameters) =>
        looks.includes(name) ? control.command(name, parameters) : null,
    },
  }))
}

/** A stack whose Regions take the first command of each name and ignore what would undo it. */
export function stubborn(stack: RunningStack): RunningStack {
  return withRegions(stack, ({ control }) => {
    const told = new Set<string>()
    return {
      control: {
        ...control,
        command: async (name, parameters) => {
          if (!name.endsWith('-probe') && told.has(name)) return null
          told.add(name)
          return control.command(name, parameters)
        },
      },
    }
  })
}

function withRegions(
  stack: RunningStack,
  change: (region: RunningRegion) => Partial<RunningRegion>,
): RunningStack {
  return {
    ...stack,
    regions: stack.regions.map((region) => ({
      name: region.name,
      role: region.role,
      http: region.http,
      direct: region.direct,
      lifecycle: region.lifecycle,
      control: region.control,
      ...change(region),
    })),
  }
}

type Action = Exclude<keyof RegionLifecycle, 'observe'>

function ignoring<A extends Action>(names: readonly A[]): Required<Pick<RegionLifecycle, A>> {
  const nothing = async (): Promise<void> => {}
  return Object.fromEntries(names.map((name) => [name, nothing])) as Required<
    Pick<RegionLifecycle, A>
  >
}
