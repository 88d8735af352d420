import type { Clock } from '../../kernel/clock.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { StartProgram } from '../../target/program.ts'
import { startChild } from './child-life.ts'

/** Starts programs of the user's as children of this run: with it, they end. */
export function programStarter({
  ledger,
  clock,
}: {
  readonly ledger: Ledger
  readonly clock: Clock
}): StartProgram {
  return async (command, owner) => {
    const life = await startChild({ ledger, clock, owner, command, hasFamily: true })
    return {
      pid: life.identity.pid,
      input: life.input,
      output: life.output,
      exited: life.exited,
      lastWords: life.lastWords,
      kill: life.kill,
    }
  }
}
