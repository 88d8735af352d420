import type { RegionName } from '../history/operation.ts'
import { ScenarioError } from '../kernel/errors.ts'
import type { ScenarioContext } from '../scenario/context.ts'
import type { RegionLink } from '../scenario/scenario.ts'
import type { RunningLink } from '../target/contract.ts'

/**
 * The links of a stack as a script names them. Those between the Regions are there for a scenario
 * that declares them alone: it breaks wherever it is first run, and not at the one system without.
 *
 * @param declared - `needs.links` of the scenario.
 */
export function scenarioLinks(
  links: readonly Pick<RunningLink, 'name' | 'from' | 'to' | 'pushes'>[],
  { primary, replica }: Readonly<Record<'primary' | 'replica', RegionName>>,
  declared: readonly RegionLink[] = [],
): ScenarioContext['links'] {
  const checkDeclared = (name: RegionLink): void => {
    if (declared.includes(name)) return
    throw new ScenarioError(`the script disturbs the link "${name}", which it does not declare`, {
      hint: 'name it in "needs.links": the scenario is then skipped where there is none',
    })
  }
  const between = (from: string, to: string): string => {
    if (from === replica && to === primary) checkDeclared('replication')
    if (from === primary && to === replica) checkDeclared('reverse-replication')
    const found = links.find((link) => link.from === from && link.to === to)
    if (found !== undefined) return found.name
    throw new ScenarioError(`the stack has no link from ${from} to ${to}`)
  }
  return {
    get replication() {
      checkDeclared('replication')
      const pushed = links.find(
        ({ from, to, pushes }) => pushes === true && from === primary && to === replica,
      )
      return pushed?.name ?? between(replica, primary)
    },
    clientsToPrimary: between('clients', primary),
    clientsToReplica: between('clients', replica),
    between,
  }
}
