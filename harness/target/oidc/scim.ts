import type { RegisterName, RegisterValue } from '../../history/operation.ts'
import { parseRegister } from '../../history/operation.ts'
import type { HttpClient, HttpResponse } from '../../http/http.ts'
import { WorldError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import { seenEach, seenMemberships, textArgument } from '../operation-fields.ts'
import type { OidcAccess, OidcHandler, OidcHandlers } from './options.ts'
import { jsonObject, refused, textOf } from './outcomes.ts'
import { type ScimService, scimRequest } from './scim-request.ts'

/** The groups that operations may name. */
export const scimGroups = ['staff', 'auditors'] as const

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/**
 * The attributes of operations in those of the core schema (RFC 7643 section 4.1), by path; where
 * it has none of that meaning, one that takes any text.
 */
export const scimAttributes: Readonly<Record<string, string>> = {
  nickname: 'nickName',
  given_name: 'name.givenName',
  family_name: 'name.familyName',
  middle_name: 'name.middleName',
  name: 'displayName',
  website: 'title',
  gender: 'userType',
  locale: 'name.formatted',
  picture: 'name.honorificSuffix',
  address: 'name.honorificPrefix',
  email: 'profileUrl',
  zoneinfo: 'timezone',
  profile: 'preferredLanguage',
}

/** A SCIM 2.0 service beside a provider (RFC 7644). */
export interface ScimOptions extends ScimService {
  /** Goes before each name of a user or group that is made, so that nobody else's is touched. */
  readonly prefix: string
  /** Goes before the names of groups that are there already; by default that of what is made. */
  readonly groupPrefix?: string
  /** Paths of attributes by the names of operations, where {@link scimAttributes} does not fit. */
  readonly attributes?: Readonly<Record<string, string>>
}

/** What an answer shows of a user. */
interface Found {
  readonly resource: Readonly<Record<string, unknown>> | undefined
}

/** Creates, changes, disables and deletes users over SCIM 2.0, and moves them between groups. */
export class ScimUsers {
  readonly #options: ScimOptions
  /** Identifiers that the service gave, by the name of the user. */
  readonly #ids = new Map<string, string>()
  readonly #groupIds = new Map<string, string>()

  constructor(options: ScimOptions) {
    this.#options = options
  }

  /** The name of a user with the service and at sign-in. */
  nameOf(user: string): string {
    return this.#options.prefix + user
  }

  get handlers(): OidcHandlers {
    return {
      'admin-create-user': (...of) => this.#create(...of),
      'set-password': this.#change(({ id }, { secrets }) => ({
        password: secrets.passwordFor(id),
      })),
      'update-attribute': this.#change((operation) => ({
        [this.#attribute(textArgument(operation, 'attribute'))]: operation.id,
      })),
      'disable-user': this.#change(() => ({ active: false })),
      'enable-user': this.#change(() => ({ active: true })),
      'delete-user': (...of) => this.#delete(...of),
      'add-to-group': this.#member(true),
      'remove-from-group': this.#member(false),
      'read-user': (...of) => this.#readUser(...of),
      'read-groups': (...of) => this.#readGroups(...of),
    }
  }

  /**
   * Finds the groups that operations name, and creates those that are not there under the prefix of
   * what is made.
   *
   * @throws WorldError if the service does neither.
   */
  async prepareGroups(http: HttpClient, signal: () => AbortSignal): Promise<void> {
    for (const group of scimGroups) {
      const displayName = this.nameOf(group)
      const { prefix, groupPrefix = prefix } = this.#options
      const sought = groupPrefix + group
      const query = filterOf('displayName', sought)
      const listed = await this.#send(http, 'GET', `/Groups?${query}`, undefined, signal())
      const created =
        namedIn(listed, 'displayName', sought) ??
        jsonObject(
          await this.#send(
            ...([http, 'POST', '/Groups', { schemas: [groupSchema], displayName }] as const),
            signal(),
          ),
        )
      const id = textOf(created, 'id')
      if (id === undefined) {
        throw new WorldError(`SCIM: the group ${displayName} could not be found or created`, {
          hint: 'see whether the token of the service may administer groups',
        })
      }
      this.#groupIds.set(group, id)
    }
  }

  async #create(
    { id, user, writes = [] }: ResolvedOperation,
    { http, secrets }: OidcAccess,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const withPassword = writes.some(({ register }) => register.endsWith('/password'))
    const userName = this.nameOf(user)
    const body = {
      ...{ schemas: [userSchema], userName, externalId: id, active: true },
      ...(withPassword ? { password: secrets.passwordFor(id) } : {}),
    }
    const answer = await this.#send(http, 'POST', '/Users', body, signal)
    if (answer.status !== 201 && answer.status !== 200) return refusedScim(answer)
    const given = textOf(jsonObject(answer), 'id')
    if (given === undefined) return refused('malformed-answer', answer.status)
    this.#ids.set(user, given)
    return { type: 'ok' }
  }

  #change(
    of: (operation: ResolvedOperation, access: OidcAccess) => Readonly<Record<string, unknown>>,
  ): OidcHandler {
    return (operation, access, signal) => {
      const operations = Object.entries(of(operation, access)).map(([path, value]) => ({
        ...{ op: 'replace', path, value },
      }))
      return this.#patch(`/Users/${this.#id(operation.user)}`, operations, access, signal)
    }
  }

  #member(isMember: boolean): OidcHandler {
    return (operation, access, signal) => {
      const group = this.#groupIds.get(textArgument(operation, 'group'))
      invariant(group !== undefined, `there is no group for ${operation.id}`)
      const value = this.#id(operation.user)
      const change = isMember
        ? { op: 'add', path: 'members', value: [{ value: decodeURIComponent(value) }] }
        : { op: 'remove', path: `members[value eq "${decodeURIComponent(value)}"]` }
      return this.#patch(`/Groups/${encodeURIComponent(group)}`, [change], access, signal)
    }
  }

  async #patch(
    path: string,
    operations: readonly object[],
    { http }: OidcAccess,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const body = { schemas: [patchSchema], Operations: operations }
    const answer = await this.#send(http, 'PATCH', path, body, signal)
    return answer.status === 200 || answer.status === 204 ? { type: 'ok' } : refusedScim(answer)
  }

  async #delete(
    { user }: ResolvedOperation,
    { http }: OidcAccess,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const answer = await this.#send(http, 'DELETE', `/Users/${this.#id(user)}`, undefined, signal)
    return answer.status === 204 || answer.status === 200 ? { type: 'ok' } : refusedScim(answer)
  }

  /** An absent user is an answer, in which every register reads `null`. */
  async #readUser(
    operation: ResolvedOperation,
    access: OidcAccess,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const found = await this.#find(operation.user, access, signal)
    if (!('resource' in found)) return found
    const shows = (register: RegisterName) => this.#registerValue(register, found.resource)
    return { type: 'ok', ...seenEach(operation, shows) }
  }

  /** The groups that a user is in. */
  async #readGroups(
    operation: ResolvedOperation,
    access: OidcAccess,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const found = await this.#find(operation.user, access, signal)
    if (!('resource' in found)) return found
    const groups = found.resource?.groups
    const member = new Set(
      (Array.isArray(groups) ? (groups as readonly Record<string, unknown>[]) : []).map(
        ({ value }) => value,
      ),
    )
    const isMember = (group: string) => member.has(this.#groupIds.get(group))
    return { type: 'ok', ...seenMemberships(operation, scimGroups, isMember) }
  }

  async #find(user: string, { http }: OidcAccess, signal: AbortSignal): Promise<Found | Outcome> {
    const query = filterOf('userName', this.nameOf(user))
    const answer = await this.#send(http, 'GET', `/Users?${query}`, undefined, signal)
    if (answer.status !== 200) return refusedScim(answer)
    const resource = namedIn(answer, 'userName', this.nameOf(user))
    const { Resources: shown, totalResults: total } = jsonObject(answer)
    const isAll = Array.isArray(shown) ? !(Number(total) > shown.length) : total === 0
    if (resource === undefined && !isAll) return refused('malformed-answer', answer.status)
    return { resource }
  }

  #registerValue(register: RegisterName, user: Found['resource']): RegisterValue | undefined {
    const { kind, detail = '' } = parseRegister(register)
    switch (kind) {
      case 'existence':
        return user === undefined ? null : (textOf(user, 'externalId') ?? 'no-origin')
      case 'enabled':
        return user?.active === false ? 'disabled' : null
      case 'attribute':
        return user === undefined ? null : (valueAt(user, this.#attribute(detail)) ?? null)
      default:
        return undefined
    }
  }

  #attribute(name: string): string {
    const path = this.#options.attributes?.[name] ?? scimAttributes[name]
    invariant(path !== undefined, `a SCIM user has no attribute for "${name}"`)
    return path
  }

  /** Who was never created has no identifier: the service says that there is nobody. */
  #id(user: string): string {
    return encodeURIComponent(this.#ids.get(user) ?? this.nameOf(user))
  }

  #send(
    http: HttpClient,
    method: string,
    path: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    return scimRequest(http, this.#options, method, path, body, signal)
  }
}

const statusCodes: Readonly<Record<number, string>> = {
  400: 'invalid-value',
  401: 'not-authorized',
  403: 'forbidden',
  404: 'absent',
  409: 'conflict',
  412: 'precondition-failed',
  429: 'throttled',
  501: 'not-implemented',
}

/** The outcome of an error of the service (RFC 7644 section 3.12). */
function refusedScim({ status }: HttpResponse): Outcome {
  return refused(statusCodes[status] ?? 'not-the-api', status)
}

function filterOf(attribute: string, value: string): URLSearchParams {
  return new URLSearchParams({ filter: `${attribute} eq ${JSON.stringify(value)}` })
}

/**
 * The resource of a name, in which case does not count (RFC 7643 section 4): a service that
 * overlooks the filter shows those of others, too.
 */
function namedIn(
  answer: HttpResponse,
  attribute: string,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const { Resources: resources } = jsonObject(answer)
  if (answer.status !== 200 || !Array.isArray(resources)) return undefined
  return (resources as readonly Readonly<Record<string, unknown>>[]).find(
    (one) => textOf(one, attribute)?.toLowerCase() === name.toLowerCase(),
  )
}

function valueAt(user: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const [outer = '', inner] = path.split('.', 2)
  const value = user[outer]
  if (inner === undefined) return typeof value === 'string' ? value : undefined
  return typeof value === 'object' && value !== null
    ? textOf(value as Readonly<Record<string, unknown>>, inner)
    : undefined
}
