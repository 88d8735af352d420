import type { HttpResponse } from '../../http/http.ts'
import { HttpError } from '../../http/http.ts'
import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { RunningRegion, RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import { oidcSession } from '../oidc/session.ts'
import { regionOfRole } from '../region-of-role.ts'
import { replicaFollows } from '../replica-follows.ts'
import { runSecrets } from '../secrets.ts'
import { administration, takingTurns } from './administration.ts'
import { type ApiRequest, sendApi, sessionOf } from './api.ts'
import { applicationsOf, pluginName, setUpRequests } from './set-up.ts'
import { signInHandlers } from './sign-ins.ts'
import { externalUrl } from './topology.ts'

const requestDurationMax = millis(20_000)

/**
 * Makes the server at the primary a provider, waits until the standby has all of it, and has the
 * server there read it: both over connections that no fault disturbs.
 *
 * @throws WorldError if a request is refused or the standby does not follow in time.
 */
export async function prepareSession(
  stack: RunningStack,
  ports: TargetPorts,
): Promise<TargetSession> {
  const primary = regionOfRole(stack, 'primary')
  const replica = regionOfRole(stack, 'replica')
  const told = await primary.control.command('credentials', null)
  const { adminPassword } = told as { readonly adminPassword: string }
  const send = (request: ApiRequest) => sent(stack, primary, request)
  const body = { username: 'admin', password: adminPassword }
  const signedIn = await send({ method: 'POST', path: '/api/auth/', body })
  const cookie = sessionOf(signedIn)
  if (cookie === undefined) throw new WorldError(`set-up: ${primary.name} began no session`)
  const secrets = runSecrets(ports.random)
  const applications = applicationsOf((client) =>
    Buffer.from(secrets.bytesFor(`client ${client}`, 24)).toString('hex'),
  )
  for (const request of setUpRequests(applications, externalUrl)) {
    await send({ ...request, cookie })
  }
  await replicaFollows(stack, { withinMillis: ports.plan.limits.regionReadyMillisMax })
  await replica.control.command('reload', null)
  return oidcSession(stack, ports, {
    name: 'glewlwyd',
    issuers: [externalUrl],
    discoveryPath: `/api/${pluginName}/.well-known/openid-configuration`,
    ...applications,
    signIn: 'password',
    accessTokens: 'jwt',
    present: 'introspection',
    leewayMillis: 0,
    handlers: { ...administration(cookie, takingTurns()), ...signInHandlers },
  })
}

async function sent(
  { clock }: RunningStack,
  { name, direct }: RunningRegion,
  request: ApiRequest,
): Promise<HttpResponse> {
  const what = `${request.method} ${request.path}`
  try {
    const answer = await sendApi(direct, request, clock.timeout(requestDurationMax))
    if (answer.status === 200) return answer
    const words = Buffer.from(answer.body).toString('utf8').slice(0, 500)
    throw new WorldError(`set-up: ${name} answered ${what} with ${answer.status} ${words}`)
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw cause
    throw new WorldError(`set-up: ${name} did not answer ${what}: ${cause.message}`, { cause })
  }
}
