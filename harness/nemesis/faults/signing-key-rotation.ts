import type { Clock } from '../../kernel/clock.ts'
import { FaultError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import type { RunningRegion } from '../../target/contract.ts'
import { type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { probe } from '../service-probe.ts'
import { eventually, regionServes } from '../verification.ts'

/** The keys of one pool before and after. */
interface Rotated {
  readonly poolId: string
  readonly former: readonly string[]
  readonly next: readonly string[]
}

/** Other keys sign from now on; nothing that was signed before may become invalid by it. */
export const signingKeyRotation: FaultKind<'signing-key-rotation'> = {
  name: 'signing-key-rotation',
  description: 'Rotates the signing keys of every pool; the former ones stay published. No heal.',
  worlds: ['sim', 'process', 'container'],
  parameters: { region: { ...regionParameter, about: 'the primary Region, by name' } },
  mayCause: ['keys-rotated'],
  effects: (_parameters, { stack }) =>
    stack.regions.map(({ name }) => ({ effect: 'keys-rotated', region: name })),
  create: ({ region: name }, environment) => {
    const region = regionOf(environment, name)
    const { regions, clock } = environment.stack
    let rotated: readonly Rotated[] = []
    return {
      apply: async () => {
        const answer = await region.control.command('rotate-signing-key', {})
        rotated = (answer as unknown as { readonly pools: readonly Rotated[] }).pools
        if (rotated.length === 0)
          throw new FaultError(`${name} has no pool whose keys could rotate`)
      },
      verify: () => keysArePublished(region, regions, clock, rotated),
      heal: async () => {},
      verifyHealed: () => regionsServe(regions, clock),
    }
  },
}

/** The Region that rotates publishes both pairs at once; the others as soon as they hear of it. */
async function keysArePublished(
  region: RunningRegion,
  regions: readonly RunningRegion[],
  clock: Clock,
  rotated: readonly Rotated[],
): Promise<Verification> {
  const here = await publishes(region, clock, rotated, ['former', 'next'])
  const everywhere = await eventually(clock, async () => {
    for (const each of regions) {
      if (!(await publishes(each, clock, rotated, ['former', 'next']))) return false
      if (!(await signsWith(each, rotated))) return false
    }
    return true
  })
  const others = everywhere ? 'and every Region signs with them' : 'but not every Region has them'
  const published = here ? 'published' : 'not published'
  return { held: here, detail: `new keys of ${region.name}: ${published}, ${others}` }
}

async function regionsServe(
  regions: readonly RunningRegion[],
  clock: Clock,
): Promise<Verification> {
  const seen = await Promise.all(regions.map((region) => regionServes(region, clock)))
  return {
    held: seen.every(({ held }) => held),
    detail: `nothing to heal; ${seen.map(({ detail }) => detail).join('; ')}`,
  }
}

/** Looks at the JWKS of each pool, as a relying party would. */
async function publishes(
  region: RunningRegion,
  clock: Clock,
  rotated: readonly Rotated[],
  pairs: readonly ('former' | 'next')[],
): Promise<boolean> {
  for (const pool of rotated) {
    const path = `/${pool.poolId}/.well-known/jwks.json`
    const { response } = await probe(region, clock, { path })
    if (response.status !== 200) return false
    const published = keyIdsOf(JSON.parse(Buffer.from(response.body).toString()) as Json)
    const wanted = pairs.flatMap((pair) => pool[pair])
    if (!wanted.every((keyId) => published.includes(keyId))) return false
  }
  return true
}

function keyIdsOf(jwks: Json): readonly string[] {
  const { keys } = jwks as unknown as { readonly keys: readonly { readonly kid: string }[] }
  return keys.map(({ kid }) => kid)
}

async function signsWith(region: RunningRegion, rotated: readonly Rotated[]): Promise<boolean> {
  const { pools } = (await region.control.command('signing-keys', null)) as unknown as {
    readonly pools: readonly { readonly poolId: string; readonly signing: readonly string[] }[]
  }
  return rotated.every(({ poolId, next }) => {
    const signing = pools.find((pool) => pool.poolId === poolId)?.signing ?? []
    return next.every((keyId) => signing.includes(keyId))
  })
}
