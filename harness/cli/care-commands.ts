import { exitCodes } from '../kernel/errors.ts'
import { diagnose } from '../ledger/doctor.ts'
import type { EnginePresence } from '../ledger/engine.ts'
import { recover } from '../ledger/recover.ts'
import { plainText } from '../report/plain-text.ts'
import { knownStacks } from './stack-record.ts'
import type { CommandResult } from './surroundings.ts'

/** `interregnum doctor`: exit code 3 where there is something to recover. */
export async function doctorCommand(): Promise<CommandResult> {
  const found = await diagnose()
  const runs = found.runs.map(({ ledger: _ledger, ...run }) => run)
  const diagnosis = { ...found, runs }
  const alive = diagnosis.runs.filter((run) => run.state === 'alive').length
  const text = [
    `state folder: ${diagnosis.stateFolder}`,
    `runs at work: ${alive}`,
    engineText(diagnosis.engine),
    ...(await knownStacks())
      .filter(({ state }) => state === 'up')
      .map(({ runId }) => `stack ${runId} is up; \`interregnum stack down\` takes it down`),
    ...(diagnosis.clean
      ? ['nothing was left behind']
      : [
          ...diagnosis.problems.map((line) => `- ${line}`),
          'Run `interregnum recover` to clean up.',
        ]),
  ]
  return {
    document: diagnosis,
    text: text.map(plainText).join('\n'),
    exitCode: diagnosis.clean ? exitCodes.pass : exitCodes.leftover,
  }
}

function engineText({ address, version, apiVersion, missing }: EnginePresence): string {
  if (version === undefined) return `container engine: none (${missing ?? 'unknown'})`
  return `container engine: ${version}, API ${apiVersion ?? 'unknown'}, at ${address}`
}

/** `interregnum recover`: exit code 3 where something could not be removed. */
export async function recoverCommand(flags: {
  readonly elsewhere?: boolean
}): Promise<CommandResult> {
  const recovery = await recover(flags.elsewhere === true ? { elsewhere: true } : {})
  const text = recovery.recovered.flatMap(({ runId, removed, remaining }) => [
    `run ${runId}: ${removed.length === 0 ? 'nothing was left' : `removed ${removed.join(', ')}`}`,
    ...remaining.map((sentence) => `run ${runId}: still there: ${sentence}`),
  ])
  const untouched = recovery.untouched.map(({ runId, state }) => `run ${runId} is ${state}: kept`)
  const lines = [...text, ...untouched]
  return {
    document: recovery,
    text: (lines.length === 0 ? ['nothing to recover'] : lines).map(plainText).join('\n'),
    exitCode: recovery.clean ? exitCodes.pass : exitCodes.leftover,
  }
}
