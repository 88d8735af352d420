import type { Clock } from '../../../kernel/clock.ts'
import { WorldError } from '../../../kernel/errors.ts'
import { millis } from '../../../kernel/time.ts'
import type { RegionLifecycle, RegionState } from '../../../target/contract.ts'
import { isRefusal, stateOf } from '../container-life.ts'
import type { EngineRuntime } from '../engine-runtime.ts'
import { runInContainer } from '../run-in-container.ts'
import type { ProjectContainer } from './compose-project.ts'

/** How long a database may take until it takes connections. */
const readyMillisMax = 120_000
const lookMillis = 100

/** The databases of an attached Region, together. */
export function attachedDatabases(
  engine: EngineRuntime,
  clock: Clock,
  containers: readonly ProjectContainer[],
): RegionLifecycle {
  const handles = containers.map(({ id }) => engine.docker.getContainer(id))
  const all = async (change: (handle: (typeof handles)[number]) => Promise<unknown>) => {
    await Promise.all(handles.map(change))
  }
  const untilWell = async ({ id, service }: ProjectContainer): Promise<void> => {
    const container = engine.docker.getContainer(id)
    const deadline = clock.monotonic() + millis(readyMillisMax)
    // What its health check runs, which comes every two seconds only.
    const check = ['interregnum-postgres', 'healthy']
    while ((await stateOf(container)) === 'running' && clock.monotonic() < deadline) {
      if (await succeeds(runInContainer({ container, name: service }, check))) return
      await clock.sleep(millis(lookMillis))
    }
    throw new WorldError(`${service} does not take connections after its start`)
  }
  return {
    observe: async () => worst(await Promise.all(handles.map(stateOf))),
    crash: () => all((handle) => handle.kill({ signal: 'SIGKILL' }).catch(unlessRefused)),
    start: async () => {
      await all(async (handle) => {
        if ((await stateOf(handle)) === 'stopped') await handle.start()
      })
      await Promise.all(containers.map(untilWell))
    },
    pause: () => all((handle) => handle.pause()),
    resume: () => all((handle) => handle.unpause()),
  }
}

/** What is not in the state for a change needs none. */
function unlessRefused(error: unknown): void {
  if (!isRefusal(error)) throw error
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

function worst(states: readonly RegionState[]): RegionState {
  if (states.every((state) => state === 'stopped')) return 'stopped'
  return states.every((state) => state === 'paused') ? 'paused' : 'running'
}
