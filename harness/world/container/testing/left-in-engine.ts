import { listEngineObjects, stateLabel } from '../../../ledger/engine-objects.ts'

/**
 * What an engine keeps of the runs of a state folder, as `container name`.
 *
 * @param engine - Its address, see `engineAddress`.
 */
export async function leftInEngine(engine: string, state: string): Promise<readonly string[]> {
  const objects = await listEngineObjects(engine, `${stateLabel}=${encodeURIComponent(state)}`)
  return objects.map(({ kind, name }) => `${kind} ${name}`)
}
