import { z } from 'zod'
import { UsageError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import type { Plan } from '../plan/plan.ts'
import type { RemoteLink, RemoteRegion } from '../plan/remote-topology.ts'
import { TopologyError } from '../plan/topology-error.ts'
import type { LinkPlan, Topology } from './contract.ts'

/** The name of the link by which clients reach a Region. */
export function clientsLink(role: RemoteRegion['role']): string {
  return `clients→${role}`
}

/**
 * The topology of a remote run: Regions and links as the user's file names them. A target begins
 * with it where `plan.world` is `remote`, and adds what only it knows.
 *
 * Regions are started by nobody. The world knows their URLs: `region.http` and `region.direct`
 * send there, with the Host of the URL, over the link or past it.
 *
 * @param anyProtocol - The target takes Regions that do not speak HTTP, too.
 * @throws UsageError if the plan has no topology, or a Region speaks what the target does not.
 */
export function remoteTopology(
  plan: Pick<Plan, 'topology'>,
  { anyProtocol = false }: { readonly anyProtocol?: boolean } = {},
): Topology {
  const { regions, links } = topologyOf(plan).content
  const mute = Object.keys(regions).find((name) => regions[name]?.canary !== undefined)
  if (mute !== undefined && !anyProtocol) {
    throw new UsageError(`"regions.${mute}.url" is no HTTP, which the target speaks`, {
      hint: 'a driver of yours speaks what you like: `interregnum driver --help`',
    })
  }
  return {
    regions: Object.entries(regions).map(([name, { role }]) => ({
      ...{ name, role, settings: {}, launch: {} },
      wall: 'machine' as const,
    })),
    links: [
      ...Object.entries(links).map(([name, link]) => declaredLink(name, link)),
      ...Object.entries(regions).map(([name, region]) => ({
        name: clientsLink(region.role),
        ...{ from: 'clients', to: name, service: 'api', canary: canaryOf(region) },
      })),
    ],
  }
}

/**
 * The section `target` of the topology file, held against a schema of the target.
 *
 * @throws TopologyError naming each wrong field.
 */
export function remoteSettings<S extends z.ZodType>(
  plan: Pick<Plan, 'topology'>,
  schema: S,
): z.output<S> {
  const parsed = schema.safeParse(topologyOf(plan).content.target ?? {})
  if (parsed.success) return parsed.data
  throw new TopologyError(
    parsed.error.issues.flatMap((issue) => {
      const path = ['target', ...issue.path]
      if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
      return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such field' }))
    }),
  )
}

/** How a topology names a secret: by the variable of the environment that holds it. */
export const secretReference = z.strictObject({
  environment: z.string().regex(/^[A-Za-z_]\w*$/, 'Expected the name of a variable'),
})

/**
 * The secret that a reference names.
 *
 * @param field - For the message, such as `target.clientSecret`.
 * @throws TopologyError if the variable is not set.
 */
export function readSecret(
  { environment }: z.infer<typeof secretReference>,
  field: string,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const value = variables[environment]
  if (value !== undefined && value !== '') return value
  const message = `the variable ${environment} is not set`
  throw new TopologyError([{ path: field.split('.'), message }])
}

/** The file of a plan. @throws UsageError if there is none. */
export function topologyOf({ topology }: Pick<Plan, 'topology'>): NonNullable<Plan['topology']> {
  if (topology !== undefined) return topology
  throw new UsageError('the remote world needs a topology', { hint: 'name it with --topology' })
}

/** What the user wrote for the target, not yet looked at. */
export function targetSection(plan: Pick<Plan, 'topology'>): Json | undefined {
  return topologyOf(plan).content.target as Json | undefined
}

function declaredLink(name: string, { from, to, canary }: RemoteLink): LinkPlan {
  return { name, from, to, service: name, canary }
}

/** Any answer of an HTTP server shows that bytes pass; whether it serves is another question. */
function canaryOf({ url, health = '/', canary }: RemoteRegion): LinkPlan['canary'] {
  if (canary !== undefined) return canary
  const { host } = new URL(url)
  const request = `GET ${health} HTTP/1.1\r\nHost: ${host}\r\n`
  const end = 'User-Agent: interregnum\r\nConnection: close\r\n\r\n'
  return { send: `${request}${end}`, expect: 'HTTP/1.1 ' }
}
