import { Command } from 'commander'
import { toolVersion } from '../kernel/version.ts'
import type { CheckFlags } from './check-command.ts'
import type { DriverCheckFlags } from './driver-check.ts'
import type { ExpectedWriteFlags } from './expected-command.ts'
import { append, jsonFlag, wholeNumber } from './flag-values.ts'
import { helpPages, helpText } from './help-pages.ts'
import type { InitFlags } from './init-command.ts'
import type { MutantFlags } from './mutants-command.ts'
import { addObserve } from './observe-program.ts'
import type { PreflightFlags } from './preflight-command.ts'
import type { ReportFlags } from './report-command.ts'
import type { StackFlags } from './stack-command.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** Takes what a command came to. */
type Finish = (result: CommandResult) => void

const expectedFlag = [
  '--expected <file>',
  'known findings, which fail no run; `builtin`: those that come with the target',
] as const

const storageFlag = [
  '--storage <name>',
  'where the reference keeps its state: memory (default) or postgres',
] as const

/**
 * The commands that exist. Whatever does work is imported by the action that needs it, so that
 * `--help` stays fast. Flags have no defaults here: the plan and the configuration hold them.
 */
export function buildProgram(around: Surroundings, finish: Finish): Command {
  const program = new Command('interregnum')
    .description(
      'Breaks replicated identity systems on purpose and measures what a failover costs.',
    )
    .version(toolVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    })
    .addHelpText('after', helpText(helpPages.interregnum))
  addRun(program, around, finish)
  addInit(program, around, finish)
  addObserve(program, around, finish)
  addCheck(program, around, finish)
  addReport(program, around, finish)
  addExpected(program, around, finish)
  addPreflight(program, around, finish)
  addLists(program, around, finish)
  addMutants(program, around, finish)
  addStack(program, around, finish)
  addProxy(program, around, finish)
  addDriver(program, around, finish)
  addCare(program, finish)
  return program
}

function addRun(program: Command, around: Surroundings, finish: Finish): void {
  program
    .command('run')
    .description('run scenarios and judge them; without names, the quick set')
    .argument('[scenario...]', 'ids of scenarios')
    .option('--target <name>', 'the kind of system under test (default: reference)')
    .option(
      '--driver <command>',
      'a program of yours that performs the operations; `interregnum driver` tells more',
    )
    .option(
      '--world <name>',
      'where its Regions live: process (default), container, sim (virtual time) or remote',
    )
    .option(...storageFlag)
    .option(
      '--proxy <name>',
      'in the container world, what carries the links: toxiproxy, link-proxy or auto (default)',
    )
    .option(
      '--attach [project]',
      'in the container world, use the docker compose project that is up instead of an own stack',
    )
    .option('--topology <file>', 'in the remote world, where your Regions, links and hooks are')
    .option('--seed <number>', 'the seed of every draw (default: 7)', wholeNumber)
    .option('--all', 'every scenario, not only the quick set')
    .option(
      '--mutant <id>',
      'plant this defect in the reference; repeatable; `interregnum mutants` lists them',
      append,
    )
    .option(
      '--switch <name=value>',
      'make the target differ in this from what it documents; repeatable; a wrong name lists all',
      append,
    )
    .option(
      '--objective <text>',
      'what the system is claimed to keep, such as "observedLoss <= 1s"; repeatable',
      append,
    )
    .option('--objectives <file>', 'a file with one objective on each line')
    .option(...expectedFlag)
    .option('--out <dir>', 'where the reports go (default: reports/<run-id>)')
    .option('--plan <file>', 'run a stored plan.json again')
    .option('--pinned', 'one process, one operation at a time')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.run))
    .action(async (scenarios: readonly string[], flags) => {
      const { runCommand } = await import('./run-command.ts')
      finish(await runCommand({ ...flags, scenarios }, around))
    })
}

function addInit(program: Command, around: Surroundings, finish: Finish): void {
  program
    .command('init')
    .description('write a configuration, a scenario and a workflow for CI into this folder')
    .option('--yes', 'ask nothing: flags, and defaults for the rest')
    .option('--target <name>', 'the kind of system; oidc where URLs are given, else reference')
    .option(
      '--driver <language>',
      'for any other system that runs: begin a driver in python or javascript',
    )
    .option('--world <name>', 'where its Regions live')
    .option('--url-primary <url>', 'where the primary Region is, such as https://login.example.com')
    .option('--url-replica <url>', 'where the replica Region is')
    .option('--issuer <url>', 'oidc: "iss" of its tokens (default: the URL of the primary)')
    .option('--client-id <id>', 'oidc: a client that is registered with the provider')
    .option('--client-secret-from <variable>', 'oidc: the variable that holds its secret')
    .option('--sign-in <way>', 'oidc: code (default) or password, the grant')
    .option('--username <name>', 'oidc: an account that exists')
    .option('--password-from <variable>', 'oidc: of its password (default: OIDC_PASSWORD)')
    .option('--scim-token-from <variable>', 'oidc: in place of an account, a token of SCIM 2.0')
    .option('--consent', 'runs may disturb these hosts: they are named in the topology')
    .option('--force', 'replace files that are there')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.init))
    .action(async (flags: InitFlags) => {
      const { initCommand } = await import('./init-command.ts')
      finish(await initCommand(flags, around))
    })
}

function addCheck(program: Command, around: Surroundings, finish: Finish): void {
  program
    .command('check')
    .description('judge a stored history or run again; or read a YAML file')
    .argument(
      '<history-or-run>',
      'a history file, the folder of a run, or a YAML file: a topology or expected results',
    )
    .option(
      '--objective <text>',
      'judge by this instead of the objectives of the run; repeatable',
      append,
    )
    .option('--objectives <file>', 'a file with one objective on each line')
    .option(...expectedFlag)
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.check))
    .action(async (path: string, flags: CheckFlags) => {
      const { checkCommand } = await import('./check-command.ts')
      finish(await checkCommand(path, flags, around))
    })
}

function addReport(program: Command, around: Surroundings, finish: Finish): void {
  program
    .command('report')
    .description('write the reports of a stored run anew')
    .argument('<run>', 'the folder of a run')
    .option('--out <dir>', 'where they go (default: the folder of the run)')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.report))
    .action(async (path: string, flags: ReportFlags) => {
      const { reportCommand } = await import('./report-command.ts')
      finish(await reportCommand(path, flags, around))
    })
}

function addExpected(program: Command, around: Surroundings, finish: Finish): void {
  const expected = program
    .command('expected')
    .description('files of findings that are known, which fail no run until a day')
    .helpCommand(false)
    .addHelpText('after', helpText(helpPages.expected))
  expected
    .command('write')
    .description('write one from what a run found')
    .argument('<run>', 'the folder of a run')
    .option('--out <file>', 'a new file (default: standard output)')
    .option('--reason <text>', 'why what is new is accepted; without it, each is left to be filled')
    .option('--until <day>', 'the last day on which what is new is accepted (default: in 180 days)')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.expected))
    .action(async (path: string, flags: ExpectedWriteFlags) => {
      const { expectedWrite } = await import('./expected-command.ts')
      finish(await expectedWrite(path, flags, around))
    })
}

function addPreflight(program: Command, around: Surroundings, finish: Finish): void {
  program
    .command('preflight')
    .description('look at a replicated Cognito user pool before a failover; changes nothing')
    .option('--target <name>', 'the kind of system: cognito (default)')
    .option('--pool <id>', 'the id of the user pool')
    .option('--primary <region>', 'its primary Region (default: the one in its id)')
    .option('--secondary <region>', 'the Region of its replica (default: as the pool tells)')
    .option(
      '--integration <name>',
      'what relies on the pool: alb, api-gateway or none; repeatable',
      append,
    )
    .option('--check <id>', 'this check alone; repeatable; a wrong id lists all', append)
    .option('--users <number>', 'users whose factors are looked at (default: 60)', wholeNumber)
    .option('--certificate-days <number>', 'days it has to be good for (default: 30)', wholeNumber)
    .option('--calls <number>', 'calls of AWS at most (default: 500)', wholeNumber)
    .option('--endpoints <file>', 'addresses of services by Region, in YAML')
    .option('--baseline <file>', 'what it names is expected: only new findings fail')
    .option('--update-baseline', 'write what is found now to that file')
    .option('--policy', 'print the IAM policy that this needs, and ask nothing')
    .option('--out <dir>', 'write preflight.html, junit.xml, results.sarif and more there')
    .option('--demo [drift]', 'try it on models in this process: all drifts, one of them, or clean')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.preflight))
    .action(async (flags: PreflightFlags) => {
      const { preflightCommand } = await import('./preflight-command.ts')
      finish(await preflightCommand(flags, around))
    })
}

function addMutants(program: Command, around: Surroundings, finish: Finish): void {
  program
    .command('mutants')
    .description(
      'the defects that can be planted in the reference, and which scenario notices them',
    )
    .argument('[scenario...]', 'with --matrix: these alone')
    .option('--matrix', 'try each scenario against each defect, in the sim world')
    .option('--mutant <id>', 'this defect alone; repeatable', append)
    .option('--seed <number>', 'with --matrix: the first seed (default: 7)', wholeNumber)
    .option('--seeds <number>', 'with --matrix: seeds until one notices (default: 1)', wholeNumber)
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.mutants))
    .action(async (scenarios: readonly string[], flags: Omit<MutantFlags, 'scenarios'>) => {
      const { mutantsCommand } = await import('./mutants-command.ts')
      finish(await mutantsCommand({ ...flags, scenarios }, around))
    })
}

function addLists(program: Command, around: Surroundings, finish: Finish): void {
  const lists = [
    ['scenarios', 'what can be run: claims, needs, worlds'],
    ['faults', 'what can be broken, and in which worlds'],
    ['targets', 'the kinds of systems that can be tested'],
  ] as const
  for (const [name, description] of lists) {
    program
      .command(name)
      .description(description)
      .option(...jsonFlag)
      .addHelpText('after', helpText(helpPages[name]))
      .action(async () => {
        const commands = await import('./list-commands.ts')
        finish(await commands[name](around))
      })
  }
}

function addStack(program: Command, around: Surroundings, finish: Finish): void {
  const stack = program
    .command('stack')
    .description('two Regions of the reference that stay up, to try things by hand')
    .helpCommand(false)
    .addHelpText('after', helpText(helpPages.stack))
  stack
    .command('up')
    .description('start it, and say where the Regions are')
    .option(...storageFlag)
    .option('--seed <number>', 'the seed of every draw (default: 7)', wholeNumber)
    .option('--mutant <id>', 'plant this defect; repeatable', append)
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.stack))
    .action(async (flags: StackFlags) => {
      const { stackUp } = await import('./stack-command.ts')
      finish(await stackUp(flags, around))
    })
  stack
    .command('status')
    .description('what is up')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.stack))
    .action(async () => {
      const { stackStatus } = await import('./stack-command.ts')
      finish(await stackStatus())
    })
  stack
    .command('down')
    .description('take it down; cleans after one that died')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.stack))
    .action(async () => {
      const { stackDown } = await import('./stack-command.ts')
      finish(await stackDown())
    })
}

function addProxy(program: Command, around: Surroundings, finish: Finish): void {
  program
    .command('proxy')
    .description('the TCP fault proxy by itself; it speaks the Toxiproxy HTTP API')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port of the API; 0 takes a free one (default: 8474)', wholeNumber)
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.proxy))
    .action(async (flags) => {
      const { proxyCommand } = await import('./proxy-command.ts')
      finish(await proxyCommand(flags, around))
    })
}

function addDriver(program: Command, around: Surroundings, finish: Finish): void {
  const driver = program
    .command('driver')
    .description('a program of yours that performs the operations, in any language')
    .helpCommand(false)
    .addHelpText('after', helpText(helpPages.driver))
  driver
    .command('check')
    .description('try a driver: every function that it declares, and bad weather')
    .argument('<command>', 'the program and its arguments, as one word')
    .option('--topology <file>', 'on your own two Regions, not on those that come along')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.driver))
    .action(async (command: string, flags: DriverCheckFlags) => {
      const { driverCheck } = await import('./driver-check.ts')
      finish(await driverCheck(command, flags, around))
    })
}

function addCare(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description('show what runs left behind; changes nothing')
    .option('--faults', 'also try which faults this machine can inject, on what nobody uses')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.doctor))
    .action(async (flags: { readonly faults?: boolean }) => {
      const { doctorCommand } = await import('./care-commands.ts')
      finish(await doctorCommand(flags))
    })
  program
    .command('recover')
    .description('clean what dead runs left behind; live runs are not touched')
    .option('--elsewhere', 'also forget runs of other machines that share the state folder')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.recover))
    .action(async (flags: { readonly elsewhere?: boolean }) => {
      const { recoverCommand } = await import('./care-commands.ts')
      finish(await recoverCommand(flags))
    })
}
