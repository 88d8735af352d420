import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { disturbedHosts, isLoopback } from '../plan/remote-topology.ts'
import {
  type DriverLanguage,
  driverLanguages,
  type InitAnswers,
  variablesIn,
} from './init-files.ts'

/** What to do after `interregnum init`, a line each. */
export function nextSteps(answers: InitAnswers, folder: string): readonly string[] {
  const { topology, packageName, driver } = answers
  const isComplete = answers.target === 'reference' || driver !== undefined
  const beyond = topology?.consent?.length === 0 && consentIsMissing(topology)
  const ignores = readIfThere(join(folder, '.gitignore')) ?? ''
  return [
    ...(isInstalled(folder) && packageName === undefined
      ? []
      : ['npm install --save-dev interregnum   # or the file that npm pack made of it']),
    ...(/^\/?reports\/?$/m.test(ignores) ? [] : ["echo 'reports/' >> .gitignore"]),
    ...variablesIn(topology?.target).map((name) => `export ${name}=…   # topology.yaml names it`),
    ...(driver === undefined ? [] : driverSteps(driver)),
    ...(topology !== undefined && topology.target === undefined && !isComplete
      ? [
          `say under "target" in topology.yaml what ${answers.target} needs; a run names what is missing`,
        ]
      : []),
    ...(signsInByCode(topology?.target)
      ? [`register ${redirectUri} with the client: a run reads the code from it, nobody visits it`]
      : []),
    ...(beyond ? ['name the hosts of topology.yaml under "consent": a run disturbs them'] : []),
    ...(topology === undefined
      ? []
      : ['npx interregnum check topology.yaml   # what a run would disturb; sends nothing']),
    'npx interregnum run',
  ]
}

function driverSteps(driver: DriverLanguage): readonly string[] {
  const { file, command } = driverLanguages[driver]
  return [
    `change the functions of ${file}: it drives fixtures/drivers/directory/service.js of the package`,
    `npx interregnum driver check '${command.join(' ')}' --topology topology.yaml`,
  ]
}

/** What the client is taken to have where the section names no `redirectUri`. */
const redirectUri = 'https://app.example.com/callback'

function signsInByCode(section: unknown): boolean {
  return (section as { readonly signIn?: unknown } | undefined)?.signIn === 'code'
}

function consentIsMissing({ regions = {} }: NonNullable<InitAnswers['topology']>): boolean {
  return disturbedHosts({ regions, links: {} }).some((host) => !isLoopback(host))
}

/** Here or in a folder above, as Node looks for it. */
function isInstalled(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', 'interregnum'))) return true
    if (dirname(at) === at) return false
  }
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
