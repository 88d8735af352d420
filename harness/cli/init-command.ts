import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { exitCodes, StorageError, UsageError } from '../kernel/errors.ts'
import { makeFolder } from '../kernel/make-folder.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import { defaults } from '../plan/defaults.ts'
import { worldNames } from '../plan/plan.ts'
import {
  disturbedHosts,
  isLoopback,
  originProblem,
  remoteTopologySchema,
  sameOriginProblem,
} from '../plan/remote-topology.ts'
import { builtinRegistries } from '../registries.ts'
import type { Target } from '../target/contract.ts'
import { type DriverLanguage, driverLanguages, type InitAnswers, initFiles } from './init-files.ts'
import { nextSteps } from './init-next-steps.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The flags of `interregnum init`; what is not given is asked, or has a default with `--yes`. */
export interface InitFlags {
  readonly yes?: boolean
  readonly force?: boolean
  readonly json?: boolean
  readonly target?: string
  readonly world?: string
  readonly urlPrimary?: string
  readonly urlReplica?: string
  readonly issuer?: string
  readonly clientId?: string
  readonly clientSecretFrom?: string
  readonly username?: string
  readonly passwordFrom?: string
  readonly scimTokenFrom?: string
  readonly signIn?: string
  readonly consent?: boolean
  /** The language of a driver to begin with: `python` or `javascript`. */
  readonly driver?: string
}

/** How to ask for a text. */
export interface TextQuestion {
  readonly initial?: string
  /** What is wrong with an answer, which is then asked for again; undefined where nothing is. */
  readonly problem?: (answer: string) => string | undefined
}

/** Who answers where flags do not. */
export interface InitQuestions {
  choose<T extends string>(
    question: string,
    choices: readonly { readonly value: T; readonly label: string }[],
  ): Promise<T>
  text(question: string, ask?: TextQuestion): Promise<string>
  agree(question: string): Promise<boolean>
}

/**
 * `interregnum init`: a configuration, a scenario and a workflow in the user's repository, and a
 * topology where the Regions are somebody's. Everything is checked before anything is written, and
 * a file that is there is left alone.
 *
 * @throws UsageError naming the flag that is wrong, or the files that are there.
 */
export async function initCommand(
  flags: InitFlags,
  around: Surroundings,
  questions?: InitQuestions,
): Promise<CommandResult> {
  const told = flags.yes === true ? flags : await asked(flags, await answerer(flags, questions))
  const answers = answersOf(told, around.folder)
  const files = initFiles(answers)
  refuseToOverwrite(files, around.folder, flags.force === true)
  await writeAll(files, around.folder)
  const next = nextSteps(answers, around.folder)
  const written = [...files.keys()]
  return {
    document: { folder: around.folder, written, next },
    text: [
      ...written.map((file) => `wrote ${file}`),
      '',
      'Next:',
      ...next.map((l) => `  ${l}`),
    ].join('\n'),
    exitCode: exitCodes.pass,
  }
}

async function answerer(flags: InitFlags, given?: InitQuestions): Promise<InitQuestions> {
  if (given !== undefined) return given
  if (flags.json !== true && process.stdin.isTTY && process.stdout.isTTY) {
    const { terminalQuestions } = await import('./init-questions.ts')
    return terminalQuestions()
  }
  throw new UsageError('init asks questions, and nobody is at a terminal to answer them', {
    hint: 'give --yes, and flags for what its defaults do not fit: `interregnum init --help`',
  })
}

/** What flags leave open, from a person. */
async function asked(flags: InitFlags, ask: InitQuestions): Promise<InitFlags> {
  const { target, driver, urlPrimary } = flags
  const isTold = [target, driver, urlPrimary].some((flag) => flag !== undefined)
  const what = isTold
    ? 'told'
    : await ask.choose('What do you want to break?', [
        { value: 'model', label: 'the model that comes along: two Regions on this machine' },
        { value: 'urls', label: 'an OpenID provider of ours: two URLs' },
        { value: 'driver', label: 'any other system of ours, by a program of ours' },
        { value: 'other', label: 'another kind of system' },
      ])
  if (what === 'model') return { ...flags, target: 'reference' }
  if (what === 'driver') {
    const choices = languages.map((value) => ({ value, label: value }))
    const driver = await ask.choose('In which language do you want to begin it?', choices)
    return askUrls({ ...flags, driver }, ask)
  }
  if (what === 'other') {
    const choices = builtinRegistries.targets.map(({ name }) => ({ value: name, label: name }))
    return { ...flags, target: await ask.choose('Which one?', choices) }
  }
  if (what === 'told' && driver === undefined && worldOf(flags, targetOf(flags)) !== 'remote') {
    return flags
  }
  return askUrls(flags, ask)
}

async function askUrls(flags: InitFlags, ask: InitQuestions): Promise<InitFlags> {
  const urlPrimary =
    flags.urlPrimary ?? (await ask.text('URL of the primary Region', { problem: originProblem }))
  const isOther = (answer: string) => sameOriginProblem(answer, urlPrimary, 'that of the primary')
  const urlReplica =
    flags.urlReplica ??
    (await ask.text('URL of the replica Region', {
      problem: (answer) => originProblem(answer) ?? isOther(answer),
    }))
  const urls = { ...flags, urlPrimary, urlReplica }
  const beyond = hostsBeyond(urls)
  const consent =
    flags.consent ??
    (beyond.length === 0 ||
      (await ask.agree(
        `A run creates users, guesses passwords and signs in at ${beyond.join(' and ')}. May it?`,
      )))
  const target = flags.target ?? 'oidc'
  if (target !== 'oidc' || flags.driver !== undefined) return { ...urls, consent }
  const issuer =
    flags.issuer ??
    (await ask.text('Issuer of its tokens (iss)', { initial: urlPrimary, problem: issuerProblem }))
  const clientId = flags.clientId ?? (await ask.text('Id of a client that is registered there'))
  const secret = await askSecret(flags, ask)
  const client = { ...urls, consent, issuer, clientId, ...secret }
  if (flags.username !== undefined || flags.scimTokenFrom !== undefined) return client
  const users = await ask.choose('Who signs in?', [
    { value: 'account', label: 'an account that exists' },
    { value: 'scim', label: 'users that the run creates by SCIM 2.0, and removes' },
  ])
  if (users === 'scim') {
    const token = { initial: 'SCIM_TOKEN', problem: variableProblem }
    const scimTokenFrom = await ask.text('Variable that holds its token', token)
    return { ...client, scimTokenFrom }
  }
  const username = await ask.text('Name of the account')
  const password = { initial: 'OIDC_PASSWORD', problem: variableProblem }
  const passwordFrom = await ask.text('Variable that holds its password', password)
  return { ...client, username, passwordFrom }
}

async function askSecret(
  { clientSecretFrom: told }: InitFlags,
  ask: InitQuestions,
): Promise<Pick<InitFlags, 'clientSecretFrom'>> {
  if (told !== undefined || !(await ask.agree('Has this client a secret?'))) return {}
  const question = 'Variable that holds the secret of the client'
  const initial = 'OIDC_CLIENT_SECRET'
  return { clientSecretFrom: await ask.text(question, { initial, problem: variableProblem }) }
}

function issuerProblem(text: string): string | undefined {
  const isUrl = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
  return isUrl ? undefined : 'Expected a URL, as the tokens have it under "iss"'
}

function variableProblem(name: string): string | undefined {
  return /^[A-Za-z_]\w*$/.test(name) ? undefined : 'Expected the name of a variable, not a secret'
}

function targetOf({ target, urlPrimary, urlReplica }: InitFlags): Target {
  const isRemote = urlPrimary !== undefined || urlReplica !== undefined
  const name = target ?? (isRemote ? 'oidc' : defaults.target)
  const found = builtinRegistries.targets.find((one) => one.name === name)
  if (found !== undefined) return found
  const names = builtinRegistries.targets.map((one) => one.name)
  throw unknownName(`"--target" names ${name}`, name, names, 'interregnum targets')
}

function worldOf(flags: InitFlags, target: Target): string {
  const { world, urlPrimary, urlReplica } = flags
  const { worlds = worldNames } = target
  const isRemote = urlPrimary !== undefined || urlReplica !== undefined
  const usual = worlds.includes(defaults.world) ? defaults.world : (worlds[0] ?? defaults.world)
  const name = world ?? (isRemote ? 'remote' : usual)
  if (!worldNames.some((known) => known === name)) {
    throw unknownName(`"--world" names ${name}`, name, worldNames)
  }
  if (isRemote && name !== 'remote') {
    throw new UsageError(
      `"--url-primary" and "--url-replica" are for the remote world, not ${name}`,
    )
  }
  if (worlds.some((known) => known === name)) return name
  throw new UsageError(`the target ${target.name} runs in the ${worlds.join(' or ')} world`)
}

const languages = Object.keys(driverLanguages) as readonly DriverLanguage[]

/** @throws UsageError where a driver cannot be what the other flags say. */
function languageOf({ driver, target, world }: InitFlags): DriverLanguage | undefined {
  if (driver === undefined) return undefined
  const found = languages.find((language) => language === driver)
  if (found === undefined) throw unknownName(`"--driver" is ${driver}`, driver, languages)
  if (target !== undefined) throw new UsageError('"--driver" and "--target" exclude each other')
  if (world === undefined || world === 'remote') return found
  throw new UsageError(
    `"--driver" begins one for a system that runs: the remote world, not ${world}`,
  )
}

/** Flags about a provider that runs, with their names on the command line. */
const providerFlags = [
  ['issuer', '--issuer'],
  ['clientId', '--client-id'],
  ['clientSecretFrom', '--client-secret-from'],
  ['username', '--username'],
  ['passwordFrom', '--password-from'],
  ['scimTokenFrom', '--scim-token-from'],
  ['signIn', '--sign-in'],
] as const

/** What would be written nowhere is a mistake. */
function refuseProviderFlags(flags: InitFlags, target: string): void {
  const [, flag] = providerFlags.find(([name]) => flags[name] !== undefined) ?? []
  if (target === 'oidc' || flag === undefined) return
  throw new UsageError(`"${flag}" is for the target oidc, not ${target}`, {
    hint: 'name the Regions of the provider: --url-primary and --url-replica',
  })
}

function answersOf(flags: InitFlags, folder: string): InitAnswers {
  const driver = languageOf(flags)
  refuseProviderFlags(flags, driver === undefined ? targetOf(flags).name : 'driver')
  if (driver !== undefined) {
    const topology = topologyOf(flags, 'driver')
    return {
      target: 'driver',
      world: 'remote',
      driver,
      claim: 'tokens',
      topology,
      ...named(folder),
    }
  }
  const target = targetOf(flags)
  const world = worldOf(flags, target)
  const { functions } = target.capabilities
  const hasTokens = functions.includes('sign-in') && functions.includes('use-token')
  return {
    target: target.name,
    world,
    claim: hasTokens ? 'tokens' : 'writes',
    ...(world === 'remote' ? { topology: topologyOf(flags, target.name) } : {}),
    ...named(folder),
  }
}

function named(folder: string): Pick<InitAnswers, 'packageName'> {
  return existsSync(join(folder, 'package.json')) ? {} : { packageName: packageNameOf(folder) }
}

/** What npm takes for a name, from that of the folder. */
function packageNameOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return name === '' || name === 'interregnum' ? 'failover-tests' : name
}

function topologyOf(flags: InitFlags, target: string): NonNullable<InitAnswers['topology']> {
  const { urlPrimary, urlReplica, consent } = flags
  if (urlPrimary === undefined) throw new UsageError('the remote world needs "--url-primary"')
  if (urlReplica === undefined) throw new UsageError('the remote world needs "--url-replica"')
  const regions = regionsOf(flags, target)
  const section = target === 'oidc' ? { target: oidcSection(flags, urlPrimary) } : {}
  const beyond = hostsBeyond(flags)
  const whole = { regions, consent: [...beyond], ...section }
  const parsed = remoteTopologySchema.safeParse(whole)
  if (parsed.success) return { ...whole, consent: consent === true ? [...beyond] : [] }
  const [issue] = parsed.error.issues
  const flag = issue?.path[1] === Object.keys(regions)[0] ? '--url-primary' : '--url-replica'
  throw new UsageError(`"${flag}": ${issue?.message}`, { cause: parsed.error })
}

type InitRegions = NonNullable<NonNullable<InitAnswers['topology']>['regions']>

function regionsOf({ urlPrimary = '', urlReplica = '' }: InitFlags, target: string): InitRegions {
  // The model's tokens name its Regions.
  const [first, second] =
    target === 'reference' ? ['us-east-1', 'us-west-2'] : ['primary', 'replica']
  const health = target === 'reference' ? { health: '/health' } : {}
  return {
    [first]: { role: 'primary', url: urlPrimary, ...health },
    [second]: { role: 'replica', url: urlReplica, ...health },
  }
}

function hostsBeyond(flags: InitFlags): readonly string[] {
  const urls = regionsOf(flags, '')
  return disturbedHosts({ regions: urls, links: {} }).filter((host) => !isLoopback(host))
}

function oidcSection(flags: InitFlags, urlPrimary: string) {
  const { issuer, clientId, clientSecretFrom, username, passwordFrom, scimTokenFrom } = flags
  const { signIn = 'code' } = flags
  for (const [flag, given] of [
    ['--client-id', clientId],
    ['--username', username],
  ] as const) {
    if (given?.trim() === '') throw new UsageError(`"${flag}" is empty`)
  }
  const wrongIssuer = issuer === undefined ? undefined : issuerProblem(issuer)
  if (wrongIssuer !== undefined) throw new UsageError(`"--issuer": ${wrongIssuer}`)
  if (clientId === undefined) throw new UsageError('the target oidc needs "--client-id"')
  if (signIn !== 'code' && signIn !== 'password') {
    throw unknownName(`"--sign-in" is ${signIn}`, signIn, ['code', 'password'])
  }
  if ((username === undefined) === (scimTokenFrom === undefined)) {
    throw new UsageError('the target oidc needs "--username", or "--scim-token-from": one of them')
  }
  const from = (flag: string, name: string) => {
    if (variableProblem(name) === undefined) return { environment: name }
    throw new UsageError(`"${flag}" takes the name of a variable, not a secret`)
  }
  const secret = clientSecretFrom && { secret: from('--client-secret-from', clientSecretFrom) }
  return {
    issuer: issuer ?? urlPrimary.replace(/\/$/, ''),
    client: { id: clientId, ...secret },
    signIn,
    ...(username === undefined
      ? { scim: { token: from('--scim-token-from', scimTokenFrom ?? '') } }
      : {
          accounts: [
            { username, password: from('--password-from', passwordFrom ?? 'OIDC_PASSWORD') },
          ],
        }),
  }
}

function refuseToOverwrite(
  files: ReadonlyMap<string, string>,
  folder: string,
  force: boolean,
): void {
  const there = [...files.keys()].filter((file) => existsSync(join(folder, file)))
  if (there.length === 0 || force) return
  throw new UsageError(`${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} there already`, {
    hint: 'nothing was written; --force replaces them',
  })
}

/** All of them, or none of those that were not there before. */
async function writeAll(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  const fresh: string[] = []
  for (const [file, text] of files) {
    const path = join(folder, file)
    try {
      await makeFolder(dirname(path))
      if (!existsSync(path)) fresh.push(path)
      await writeFile(path, text)
    } catch (cause) {
      for (const one of fresh) await rm(one, { force: true })
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new StorageError(`${path} could not be written: ${why}`, { cause })
    }
  }
}
