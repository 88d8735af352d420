import { commandText } from '../kernel/command-words.ts'
import { by } from '../kernel/compare.ts'
import { defaults } from '../plan/defaults.ts'
import type { Plan } from '../plan/plan.ts'

/** The command line that repeats one scenario of a run, here and where the package is installed. */
export function repeatCommand(plan: Plan, scenario: string): string {
  const mutants = plan.mutants.map((id) => ` --mutant ${id}`).join('')
  const switches = switchTexts(plan.switches)
    .map((text) => ` --switch ${text}`)
    .join('')
  const target =
    plan.driver === undefined ? targetText(plan) : ` --driver ${driverText(plan.driver.command)}`
  const objectives = plan.objectives.map((text) => ` --objective '${text}'`).join('')
  const storage = plan.storage === defaults.storage ? '' : ` --storage ${plan.storage}`
  const proxy = plan.world === 'container' ? ` --proxy ${plan.proxy}` : ''
  const attach = plan.attach === undefined ? '' : ` --attach=${plan.attach}`
  const { file } = plan.topology ?? {}
  const topology = file === undefined ? '' : ` --topology ${commandText([file])}`
  const pinned = plan.pinned ? ' --pinned' : ''
  return `npx interregnum run ${scenario}${target} --world ${plan.world}${storage}${proxy}${attach}${topology} --seed ${plan.seed}${mutants}${switches}${pinned}${objectives}`
}

function targetText({ target }: Plan): string {
  return target === defaults.target ? '' : ` --target ${target}`
}

/** One word of a shell that holds the words of a command. */
function driverText(command: readonly string[]): string {
  return commandText([commandText(command)])
}

/** `name=value` of each switch, in the order of names. */
export function switchTexts(switches: Plan['switches']): readonly string[] {
  return Object.entries(switches)
    .sort(by(([name]) => name))
    .map(([name, value]) => `${name}=${value}`)
}
