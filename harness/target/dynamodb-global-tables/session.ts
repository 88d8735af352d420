import { WorldError } from '../../kernel/errors.ts'
import type { RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import { runSecrets } from '../secrets.ts'
import { tokenInspector } from '../token-inspector.ts'
import { globalTablesClient } from './operations.ts'
import { audience, issuer } from './topology.ts'

/** Nothing has to be set up: Regions come with their tables. @throws WorldError without keys. */
export async function prepareSession(
  stack: RunningStack,
  ports: TargetPorts,
): Promise<TargetSession> {
  const inspector = tokenInspector({
    regions: stack.regions,
    jwksPath: '/.well-known/jwks.json',
    dialect: 'openid',
    clock: stack.clock,
    wall: stack.wall,
    digestKey: ports.digestKey,
    expectedIssuers: [issuer],
    expectedAudiences: [audience],
    leewayMillis: 0,
    onJwks: ports.onJwks,
  })
  const [without] = await inspector.refresh()
  if (without !== undefined) throw new WorldError(`set-up: ${without} publishes no keys`)
  const context = { secrets: runSecrets(ports.random), inspector }
  return { connect: ({ http }) => globalTablesClient(http, context) }
}
