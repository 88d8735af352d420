import type { Command } from 'commander'
import { append, decimalNumber, jsonFlag, wholeNumber } from './flag-values.ts'
import { helpPages, helpText } from './help-pages.ts'
import type { MarkFlags } from './mark-command.ts'
import type { ObserveFlags } from './observe-command.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The commands of a game day: the watch, and the marks that go into it. */
export function addObserve(
  program: Command,
  around: Surroundings,
  finish: (result: CommandResult) => void,
): void {
  program
    .command('observe')
    .description('watch a failover that people perform, by canary users; injects nothing')
    .option('--topology <file>', 'where the Regions are, and whose users')
    .option('--target <name>', 'cognito or oidc (default: that of the configuration, else cognito)')
    .option('--route <url>', 'what leads clients to whichever Region serves')
    .option(
      '--rate <number>',
      'sign-ins of clients in a second, 0.05 to 20 (default: 1); as many again at each Region in turn, and as many refreshes',
      decimalNumber,
    )
    .option('--canaries <number>', 'users that sign in, 1 to 20 (default: 3)', wholeNumber)
    .option('--duration <time>', 'ends after this, such as 90s, 30min or 2h (default: 1h)')
    .option(
      '--calls <number>',
      'ends before more HTTP requests are sent (default: 50000)',
      wholeNumber,
    )
    .option(
      '--stop-when <condition>',
      'ends when it held, such as "errors > 50% for 30s", "latency > 2s for 1min"; repeatable',
      append,
    )
    .option('--stop-file <file>', 'ends when it exists (default: STOP in the folder of reports)')
    .option('--objective <text>', 'such as "firstSuccess <= 5min"; repeatable', append)
    .option('--objectives <file>', 'a file with one objective on each line')
    .option('--out <dir>', 'where the reports go (default: reports/<run-id>)')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.observe))
    .action(async (flags: ObserveFlags) => {
      const { observeCommand } = await import('./observe-command.ts')
      finish(await observeCommand(flags, around))
    })
  program
    .command('mark')
    .description('note a moment in the observation that is under way')
    .argument('<label>', 'what happened, such as "routing flipped"')
    .option('--as <moment>', 'what it means: detection, decision, switch, failback or end')
    .option('--ago <time>', 'it was so long ago, such as 40s')
    .option('--run <id>', 'the observation, or its folder, where several are under way')
    .option(...jsonFlag)
    .addHelpText('after', helpText(helpPages.mark))
    .action(async (label: string, flags: MarkFlags) => {
      const { markCommand } = await import('./mark-command.ts')
      finish(await markCommand(label, flags, around))
    })
}
