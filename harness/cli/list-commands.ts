import { exitCodes } from '../kernel/errors.ts'
import type { FaultKind } from '../nemesis/fault.ts'
import { acceptedText, type FaultParameter } from '../nemesis/fault-parameter.ts'
import { faults as faultKinds } from '../nemesis/faults/index.ts'
import { worldNames } from '../plan/plan.ts'
import { builtinRegistries } from '../registries.ts'
import { plainText } from '../report/plain-text.ts'
import type { FaultName } from '../scenario/context.ts'
import { worldsOf } from '../scenario/worlds-of.ts'
import { paceWords } from '../target/capabilities.ts'
import { loadCatalogue } from './catalogue.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** `interregnum scenarios` */
export async function scenarios(around: Surroundings): Promise<CommandResult> {
  const catalogue = await loadCatalogue(around)
  const found = catalogue.scenarios.map(({ scenario }) => ({
    id: scenario.id,
    claim: scenario.claim,
    requirements: scenario.requirements,
    needs: {
      faults: scenario.needs.faults,
      functions: scenario.needs.functions ?? [],
      ...(scenario.needs.storage === undefined ? {} : { storage: scenario.needs.storage }),
    },
    worlds: worldsOf(scenario, faultKinds),
    quick: scenario.quick === true,
    expected: scenario.expected ?? { verdict: 'pass' as const },
  }))
  const text = found.map(
    ({ id, claim, requirements, worlds, quick, needs: { storage } }) =>
      `${id}${quick ? ' (quick)' : ''}\n  ${claim}\n  ${requirements.join(', ')} · ${worlds.join(', ')}${storage === undefined ? '' : ` · --storage ${storage}`}`,
  )
  return listed({ scenarios: found }, text)
}

/** `interregnum faults` */
export async function faults(): Promise<CommandResult> {
  const found = Object.values<FaultKind<FaultName>>(faultKinds).map(
    ({ name, description, worlds, parameters, mayCause }) => ({
      name,
      description,
      worlds,
      effects: mayCause,
      parameters: Object.entries<FaultParameter>(parameters).map(([of, parameter]) => ({
        name: of,
        ...parameter,
      })),
    }),
  )
  const text = found.map(({ name, description, worlds, effects, parameters }) =>
    [
      name,
      `  ${description}`,
      ...parameters.map((one) => {
        const optional = one.optional === true ? ' (optional)' : ''
        return `  ${one.name}${optional}: ${acceptedText(one)}; ${one.about}`
      }),
      `  effects: ${effects.join(', ') || 'none on the Regions'}`,
      `  worlds: ${worlds.join(', ')}`,
    ].join('\n'),
  )
  return listed({ faults: found }, text)
}

/** `interregnum targets` */
export async function targets(): Promise<CommandResult> {
  const found = builtinRegistries.targets.map(
    ({ name, model, worlds = worldNames, capabilities }) => ({
      name,
      model,
      worlds,
      capabilities,
    }),
  )
  const text = found.map(({ name, model, worlds, capabilities }) =>
    [
      name,
      `  ${model ? 'a model: what it shows confirms nothing about a real system' : 'a real system'}`,
      `  ${worlds.join(', ')}`,
      ...paceWords(capabilities).map((words) => `  asked no faster than ${words}`),
    ].join('\n'),
  )
  return listed({ targets: found }, text)
}

function listed(document: unknown, text: readonly string[]): CommandResult {
  const lines = text.flatMap((entry) => entry.split('\n')).map(plainText)
  return { document, text: lines.join('\n'), exitCode: exitCodes.pass }
}
