import { systemClock } from '../../../kernel/clock.ts'
import { UsageError } from '../../../kernel/errors.ts'
import { connectLinkClient } from '../../../link/link-client.ts'
import type { ProxyName } from '../choose-proxy.ts'
import { openEngineRuntime } from '../engine-runtime.ts'
import { apiPort } from '../link-proxy-container.ts'
import { approachTo } from './approach.ts'
import { type DecidedByStack, decidedByStack } from './attached-settings.ts'
import { findProject, proxyService } from './compose-project.ts'

/** What a plan has to know of the project that it attaches to. */
export interface Surveyed extends DecidedByStack {
  readonly attach: string
  readonly proxy: ProxyName
}

/**
 * Looks at a compose project before a plan is made. Changes nothing.
 *
 * @param name - Of the project; undefined: the only one that there is.
 * @param wanted - The proxy that was asked for, if one was.
 * @param switches - Names of the target's switches.
 * @throws UsageError, WorldError as `findProject`, and where the project has no such proxy.
 */
export async function surveyProject(
  name: string | undefined,
  wanted: ProxyName | undefined,
  switches: readonly string[],
): Promise<Surveyed> {
  const engine = await openEngineRuntime()
  const clock = systemClock()
  const project = await findProject(engine, name, clock)
  const approach = await approachTo(engine, project, clock)
  const { host, port } = await approach.endOf(proxyService, apiPort)
  const { software } = await connectLinkClient(`http://${host}:${port}`)
  if (wanted === 'link-proxy' && software === 'toxiproxy') {
    throw new UsageError(
      `"--proxy" is link-proxy, but the links of the compose project ${project.name} run through ` +
        `a Toxiproxy (${project.container(proxyService).image})`,
    )
  }
  return {
    ...decidedByStack(project, switches),
    attach: project.name,
    proxy: wanted ?? software,
  }
}
