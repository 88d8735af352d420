import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { packageRoot } from '../kernel/paths.ts'
import type { RemoteTopologyFile } from '../plan/remote-topology.ts'

/** Languages of a driver to begin with: its file, and how that is started. */
export const driverLanguages = {
  python: { file: 'driver.py', command: ['python3', 'driver.py'] },
  javascript: { file: 'driver.mjs', command: ['node', 'driver.mjs'] },
} as const

export type DriverLanguage = keyof typeof driverLanguages

/** What `interregnum init` was told, checked. */
export interface InitAnswers {
  readonly target: string
  readonly world: string
  /** The language of a program that performs the operations, in place of the target. */
  readonly driver?: DriverLanguage
  /** A scenario about tokens, or about what was written. */
  readonly claim: 'tokens' | 'writes'
  /** There in the remote world. */
  readonly topology?: Partial<RemoteTopologyFile>
  /** The name of the package, where there is none yet. */
  readonly packageName?: string
}

/** The files that `interregnum init` writes, by their path in the user's repository. */
export function initFiles(answers: InitAnswers): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const { packageName, topology, driver } = answers
  if (packageName !== undefined) files.set('package.json', manifestText(packageName))
  files.set('interregnum.config.ts', configText(answers))
  if (topology !== undefined) files.set('topology.yaml', topologyText(topology))
  if (driver !== undefined) {
    const { file } = driverLanguages[driver]
    files.set(file, readFileSync(join(packageRoot, 'fixtures/drivers/directory', file), 'utf8'))
  }
  files.set('scenarios/first-failover.scenario.ts', scenarioText(answers.claim))
  files.set('.github/workflows/failover.yml', workflowText(answers))
  return files
}

function manifestText(name: string): string {
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: { failover: 'interregnum run' },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

function configText({ target, driver, world, topology }: InitAnswers): string {
  const words = driver && driverLanguages[driver].command.map((word) => `'${word}'`).join(', ')
  return `import { defineConfig } from 'interregnum'

// What the command line does not say is taken from here; \`interregnum run --help\` names its flags.
export const config = defineConfig({
  ${words === undefined ? `target: '${target}'` : `driver: { command: [${words}] }`},
  world: '${world}',
${topology === undefined ? '' : "  topology: 'topology.yaml',\n"}  // What you claim of your system, in figures: broken, it fails the run.
  // objectives: ['observedLoss <= 1s', 'recovery <= 30s'],
})
`
}

function topologyText(topology: Partial<RemoteTopologyFile>): string {
  return `# yaml-language-server: $schema=./node_modules/interregnum/schemas/topology.schema.json
#
# Where your Regions are, and what a run may disturb: \`interregnum check topology.yaml\` says it in
# words and sends nothing. A run signs in to the accounts that stand here; with "scim" it creates
# users of its own instead.
${stringify(topology)}
# A game day (\`interregnum observe\`): who owns the system agrees to canary users by a line of
# "target" above: consent: observe
#
# Scenarios about replication want a connection that they can cut; point yours at "listen":
# links:
#   replication:
#     from: ${nameOf(topology, 'replica')}
#     to: ${nameOf(topology, 'primary')}
#     listen: 127.0.0.1:5433
#     upstream: 127.0.0.1:5432
#     canary: { send: "PING\\r\\n", expect: PONG }
#
# What clients cannot do from here, your own commands do; no shell reads them:
# hooks:
#   isolatePrimary: { run: [./isolate.sh, "{region}"], undo: [./restore.sh, "{region}"] }
#   failover: { run: [./failover.sh, "{region}"] }
#   failback: { run: [./failback.sh] }
`
}

function nameOf({ regions = {} }: Partial<RemoteTopologyFile>, role: string): string {
  return Object.entries(regions).find(([, region]) => region.role === role)?.[0] ?? role
}

function scenarioText(claim: InitAnswers['claim']): string {
  return claim === 'tokens' ? tokenScenario : writeScenario
}

const tokenScenario = `import { type Scenario, scenario, seconds } from 'interregnum'

// One claim that is true or false, and the script that produces its evidence. The script asserts
// nothing: the rules that it names judge the history after it.
export const firstFailover: Scenario = scenario('first-failover', {
  claim: 'Who was signed in stays signed in when the primary is lost, and others can sign in.',
  requirements: ['FS-37'],
  needs: { faults: ['region-loss', 'failover'], functions: ['sign-in', 'use-token'] },
  quick: true,
  async run({ primary, replica, workload, nemesis, clients }) {
    const users = await workload.bystanders(4)
    const before = await workload.signIn(users)
    await workload.presentTokens(before, primary.name)
    await workload.presentTokens(before, replica.name)
    const probe = workload.probe({ ratePerSecond: 10 })

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await probe.untilHealthy(20, seconds(30))
    await probe.stop()
    await workload.presentTokens(before, replica.name)
    const after = await workload.signIn(users.slice(0, 2), replica.name)
    await workload.presentTokens(after, replica.name)

    await lost.heal()
    await clients.failback()
    await workload.presentTokens(after, primary.name)
  },
})
`

const writeScenario = `import { type Scenario, scenario } from 'interregnum'

// One claim that is true or false, and the script that produces its evidence. The script asserts
// nothing: the rules that it names judge the history after it.
export const firstFailover: Scenario = scenario('first-failover', {
  claim: 'What was acknowledged before the primary is lost is there when it is back.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['region-loss', 'failover'], functions: ['update-attribute'] },
  quick: true,
  async run({ primary, replica, workload, nemesis, clients }) {
    await workload.population(6)
    const mix = { 'update-attribute': 1 }
    const before = workload.traffic({ mix, ratePerSecond: 20 })
    await before.until({ kind: 'acknowledged', count: 40 })
    await before.stop()

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await clients.failback()
    const after = workload.traffic({ mix, ratePerSecond: 20 })
    await after.until({ kind: 'acknowledged', count: 20 })
    await after.stop()
    await workload.measureLag(3)
    await workload.converge()
  },
})
`

function workflowText({ topology }: InitAnswers): string {
  const remote = topology !== undefined
  const variables = variablesIn(topology?.target)
  return `name: failover

${remote ? '# By hand and at night: each run disturbs the system of topology.yaml.\n' : ''}on:
${remote ? "  workflow_dispatch:\n  schedule:\n    - cron: '17 3 * * *'\n" : '  push:\n  pull_request:\n'}
${remote ? 'concurrency: failover\n\n' : ''}permissions:
  contents: read

jobs:
  failover:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
          cache: npm
      - run: npm ci
      # Exit code 1: a rule is broken; 2: nothing was seen that could show it.
      - run: npx interregnum run --out reports/failover
${variables.length === 0 ? '' : `        env:\n${variables.map((name) => `          ${name}: \${{ secrets.${name} }}\n`).join('')}`}      - if: always()
        run: cat reports/failover/summary.md >> "$GITHUB_STEP_SUMMARY" || true
      - if: always()
        run: npx interregnum recover
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: failover-report
          path: reports
`
}

/** Variables that a section names, each once. */
export function variablesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const { environment } = value as { readonly environment?: unknown }
  if (typeof environment === 'string') return [environment]
  return [...new Set(Object.values(value).flatMap(variablesIn))]
}
