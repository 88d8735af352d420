import { describe, expect, test } from 'vitest'
import { scenarioLinks } from './scenario-links.ts'

// Goal: a script reaches the links between the Regions only where it says so; then the systems
// without them skip it. Method: links as a world gives them.

const regions = { primary: 'east', replica: 'west' } as const
const way = (from: string, to: string) => ({ name: `${from}-${to}`, from, to })
const all = [way('clients', 'east'), way('clients', 'west'), way('west', 'east')]

describe('the links of a script', () => {
  test('are those that it declares, and those of clients', () => {
    const links = scenarioLinks(all, regions, ['replication'])
    expect(links.replication).toBe('west-east')
    expect(links.between('west', 'east')).toBe('west-east')
    expect([links.clientsToPrimary, links.clientsToReplica]).toEqual([
      'clients-east',
      'clients-west',
    ])
  })

  test('a primary that pushes has the other one', () => {
    const pushed = [...all, { ...way('east', 'west'), pushes: true as const }]
    expect(scenarioLinks(pushed, regions, ['replication']).replication).toBe('east-west')
  })

  test('are there for whoever declares them alone, whatever the system has', () => {
    const undeclared = 'the script disturbs the link "replication", which it does not declare'
    expect(() => scenarioLinks(all, regions).replication).toThrow(undeclared)
    expect(() => scenarioLinks(all, regions).between('west', 'east')).toThrow(undeclared)
    expect(() => scenarioLinks(all, regions, ['replication']).between('east', 'west')).toThrow(
      'the script disturbs the link "reverse-replication", which it does not declare',
    )
  })

  test('that a system lacks are named', () => {
    const links = scenarioLinks(all, regions, ['reverse-replication'])
    expect(() => links.between('east', 'west')).toThrow('the stack has no link from east to west')
    expect(() => links.between('shop', 'west')).toThrow('the stack has no link from shop to west')
  })
})
