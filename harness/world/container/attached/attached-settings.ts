import type { Role } from '../../../history/line.ts'
import { WorldError } from '../../../kernel/errors.ts'
import type { PlanInput } from '../../../plan/resolve.ts'
import { type ComposeProject, regionService } from './compose-project.ts'

/** What of a plan a stack that is up has decided already. */
export type DecidedByStack = Pick<
  PlanInput,
  'storage' | 'cryptography' | 'replication' | 'syncBeforeAcknowledge' | 'switches'
>

interface Settings {
  readonly region?: string
  readonly storage?: 'memory' | 'postgres'
  readonly signing?: 'RS256' | 'HS256'
  readonly passwordHashCost?: number
  readonly replicationLag?: { readonly millisMin: number; readonly millisMax: number }
  readonly syncBeforeAcknowledge?: boolean
}

/** What a Region does where its settings are silent; see `referenceDefaults`. */
const silent = {
  storage: 'memory',
  signing: 'RS256',
  passwordHashCost: 16_384,
  replicationLag: { millisMin: 20, millisMax: 80 },
  syncBeforeAcknowledge: true,
} as const satisfies Settings

/**
 * The settings that the primary of a project was started with, in the words of a plan.
 *
 * @param switches - Names of the target's switches.
 * @throws WorldError if it was not started by its environment.
 */
export function decidedByStack(
  project: ComposeProject,
  switches: readonly string[],
): DecidedByStack {
  const own = settingsOf(project, 'primary')
  const { storage, signing, passwordHashCost, replicationLag, syncBeforeAcknowledge } = {
    ...silent,
    ...own,
  }
  const { millisMin: lagMillisMin, millisMax: lagMillisMax } = replicationLag
  return {
    storage,
    cryptography: { signing, passwordHashCost },
    replication: { lagMillisMin, lagMillisMax },
    syncBeforeAcknowledge,
    switches: Object.fromEntries(
      Object.entries(own)
        .filter(([name]) => switches.includes(name))
        .map(([name, value]) => [name, String(value)]),
    ),
  }
}

/** The name of a Region of the project. */
export function regionNameOf(project: ComposeProject, role: Role): string {
  return settingsOf(project, role).region ?? ''
}

function settingsOf(project: ComposeProject, role: Role): Settings {
  const service = regionService(role)
  const text = project.container(service).environment.INTERREGNUM_REGION_SETTINGS
  try {
    const { settings } = JSON.parse(text ?? '') as { readonly settings?: Settings }
    if (settings !== undefined) return settings
  } catch {
    // Said below.
  }
  throw new WorldError(`${service} of ${project.name} was not started with settings of a Region`)
}
