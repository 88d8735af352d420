import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemWallClock } from '../kernel/clock.ts'
import { exitCodes, StorageError, UsageError } from '../kernel/errors.ts'
import { fileBytes } from '../kernel/file-bytes.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import { loadAwsLibraries } from '../preflight/aws-libraries.ts'
import { baselineOf, parseBaseline } from '../preflight/baseline.ts'
import { cognitoChecks } from '../preflight/cognito/checks.ts'
import type { Integration, PairOptions } from '../preflight/cognito/pool-pair.ts'
import { integrationNames } from '../preflight/cognito/pool-pair.ts'
import type { Endpoints } from '../preflight/endpoints.ts'
import { parseEndpoints } from '../preflight/endpoints.ts'
import { policyOf } from '../preflight/policy.ts'
import type { PreflightOptions, PreflightResult } from '../preflight/preflight.ts'
import { preflight, withBaseline } from '../preflight/preflight.ts'
import { preflightText } from '../preflight/report/preflight-text.ts'
import { writePreflightReports } from '../preflight/report/write-preflight-reports.ts'
import { toJson } from '../report/json.ts'
import { wantsColor } from '../report/terminal.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The flags of `interregnum preflight`. */
export interface PreflightFlags {
  readonly target?: string
  readonly pool?: string
  readonly primary?: string
  readonly secondary?: string
  readonly integration?: readonly string[]
  readonly check?: readonly string[]
  readonly users?: number
  readonly certificateDays?: number
  readonly calls?: number
  readonly endpoints?: string
  readonly baseline?: string
  readonly updateBaseline?: boolean
  readonly policy?: boolean
  readonly out?: string
  /** `clean`, the id of a drift, or `true` for all of them. */
  readonly demo?: string | true
}

const defaults = { users: 60, certificateDays: 30, calls: 500 } as const
const usersLimit = 1_000
const callsLimit = 10_000

/**
 * `interregnum preflight`: looks at both copies of a user pool and what stands around them, and
 * changes nothing.
 *
 * @throws UsageError naming the flag, before anything is asked.
 */
export async function preflightCommand(
  flags: PreflightFlags,
  around: Surroundings,
): Promise<CommandResult> {
  checkFlags(flags)
  if (flags.policy === true) return policyCommand(flags)
  if (flags.demo !== undefined) {
    const { preflightDemo } = await import('./preflight-demo.ts')
    return preflightDemo(flags.demo, (place) => carriedOut(flags, around, place))
  }
  const endpoints = endpointsOf(flags, around)
  const place = { pair: pairOf(flags), endpoints, model: false }
  return carriedOut(flags, around, place)
}

/** What is looked at, and where it answers. */
export type PreflightPlace = Pick<PreflightOptions, 'pair' | 'endpoints' | 'model'> &
  Partial<Pick<PreflightOptions, 'credentials'>>

async function carriedOut(
  flags: PreflightFlags,
  around: Surroundings,
  place: PreflightPlace,
): Promise<CommandResult> {
  const { poolId } = place.pair
  const of = { target: 'cognito', system: poolId }
  const known = baselineText(flags, around)
  const baseline = known === undefined ? undefined : parseBaseline(known, flags.baseline ?? '', of)
  const update = flags.updateBaseline === true
  const live = around.stderr.isTTY === true
  const found = await preflight({
    ...place,
    ...(flags.check === undefined ? {} : { checks: flags.check }),
    libraries: await loadAwsLibraries(),
    callsMax: flags.calls ?? defaults.calls,
    signal: around.signal,
    onCheck: (id, index, count) => {
      if (live) around.stderr.write(`${clearLine}[${index + 1}/${count}] ${id}`)
    },
  })
  if (live) around.stderr.write(clearLine)
  const written = update ? baselineOf(of, found.checks, baseline) : undefined
  const compared = written ?? baseline
  const result = compared === undefined ? found : withBaseline(found, compared)
  if (written !== undefined) writeBaseline(flags, around, toJson(written))
  if (flags.out !== undefined) {
    await writePreflightReports(resolve(around.folder, flags.out), result)
  }
  const text = preflightText(result, wantsColor(around.environment, around.stderr))
  return { document: result, text: `${text}${more(flags, result)}`, exitCode: exitOf(result) }
}

const clearLine = '\r\u001b[2K'

/** Where more stands; the policy where something was denied. */
function more({ out, baseline, updateBaseline }: PreflightFlags, result: PreflightResult): string {
  const denied = result.checks.some(({ unseen }) => unseen.some((one) => /denied/i.test(one)))
  const lines = [
    ...(out === undefined ? [] : [`reports: ${out}/preflight.html`]),
    ...(updateBaseline === true ? [`baseline: ${baseline}`] : []),
    ...(denied
      ? [`Access was denied; this policy allows what is read:\n${toJson(result.policy)}`]
      : []),
  ]
  return lines.length === 0 ? '' : `\n${lines.join('\n')}`
}

function exitOf({ verdict }: PreflightResult): number {
  return exitCodes[verdict]
}

function policyCommand(flags: PreflightFlags): CommandResult {
  const { poolId, primary, secondary } = pairOf(flags)
  const scope = { poolId, primary, ...(secondary === undefined ? {} : { secondary }) }
  const document = policyOf(scope)
  return { document, text: toJson(document).trimEnd(), exitCode: exitCodes.pass }
}

const poolPattern = /^[\w-]+_[0-9a-zA-Z]+$/
const regionPattern = /^[a-z]{2}(?:-[a-z]+)+-\d$/

function pairOf(flags: PreflightFlags): PairOptions {
  const { pool, secondary } = flags
  if (pool === undefined) {
    throw new UsageError('"--pool" is missing: the id of the user pool', {
      hint: 'interregnum preflight --pool us-east-1_AbCdEfGhI, or --demo to try it without AWS',
    })
  }
  if (!poolPattern.test(pool) || pool.length > 55) {
    throw new UsageError(`"--pool" must be the id of a user pool, such as us-east-1_AbC: ${pool}`)
  }
  // The id of a pool keeps the Region in which it was created, which is that of the primary.
  const primary = flags.primary ?? pool.slice(0, pool.lastIndexOf('_'))
  for (const [name, region] of Object.entries({ '--primary': primary, '--secondary': secondary })) {
    if (region !== undefined && !regionPattern.test(region)) {
      throw new UsageError(`"${name}" must be a Region, such as us-east-1: ${region}`)
    }
  }
  if (primary === secondary) throw new UsageError('"--secondary" must be another Region')
  return {
    poolId: pool,
    primary,
    ...(secondary === undefined ? {} : { secondary }),
    integrations: (flags.integration ?? []) as readonly Integration[],
    usersMax: flags.users ?? defaults.users,
    certificateDaysMin: flags.certificateDays ?? defaults.certificateDays,
    now: systemWallClock().now(),
  }
}

/** @throws UsageError that names the flag. */
function checkFlags(flags: PreflightFlags): void {
  const { target = 'cognito', integration = [], check = [], users, calls } = flags
  if (target !== 'cognito') throw unknownName(`no preflight of "${target}"`, target, ['cognito'])
  for (const name of integration) {
    if (!(integrationNames as readonly string[]).includes(name)) {
      throw unknownName(`"--integration": "${name}" is unknown`, name, integrationNames)
    }
  }
  const ids = cognitoChecks.map(({ id }) => id)
  for (const id of check) {
    if (!ids.includes(id)) throw unknownName(`"--check": "${id}" is unknown`, id, ids)
  }
  for (const [name, value, limit] of [
    ['--users', users, usersLimit],
    ['--calls', calls, callsLimit],
  ] as const) {
    if (value !== undefined && (value < 1 || value > limit)) {
      throw new UsageError(`"${name}" must be from 1 to ${limit}`)
    }
  }
  if (flags.updateBaseline === true && flags.baseline === undefined) {
    throw new UsageError('"--update-baseline" needs --baseline FILE')
  }
  if (flags.updateBaseline === true && flags.check !== undefined) {
    throw new UsageError('"--update-baseline" and "--check" exclude each other', {
      hint: 'a baseline of some checks would forget what the others know',
    })
  }
  const { pool, primary, secondary, endpoints, demo } = flags
  for (const [name, value] of Object.entries({ pool, primary, secondary, endpoints })) {
    if (demo === undefined || value === undefined) continue
    throw new UsageError(`"--demo" brings a pool of its own: leave --${name} out`)
  }
}

function endpointsOf({ endpoints }: PreflightFlags, { folder }: Surroundings): Endpoints {
  if (endpoints === undefined) return {}
  return parseEndpoints(fileText('--endpoints', resolve(folder, endpoints), endpoints), endpoints)
}

function baselineText(
  { baseline, updateBaseline }: PreflightFlags,
  { folder }: Surroundings,
): string | undefined {
  if (baseline === undefined) return undefined
  const path = resolve(folder, baseline)
  if (!existsSync(path)) {
    if (updateBaseline === true) return undefined
    throw new UsageError(`"--baseline": ${baseline} does not exist`, {
      hint: 'write it with --update-baseline, and commit it',
    })
  }
  return fileText('--baseline', path, baseline)
}

const fileBytesMax = 1_000_000

function fileText(flag: string, path: string, shown: string): string {
  try {
    return fileBytes(path, fileBytesMax).toString('utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`"${flag}": ${shown} cannot be read: ${why}`, { cause: error })
  }
}

function writeBaseline(
  { baseline = '' }: PreflightFlags,
  around: Surroundings,
  text: string,
): void {
  try {
    writeFileSync(resolve(around.folder, baseline), text)
  } catch (error) {
    throw new StorageError(`the baseline could not be written to ${baseline}`, { cause: error })
  }
}
