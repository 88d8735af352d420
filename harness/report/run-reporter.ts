import type { Plan } from '../plan/plan.ts'
import type { ScenarioStep } from '../scenario/step.ts'
import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'

/** What a run tells while it works. Every method returns at once. */
export interface RunReporter {
  /** The plan is on disk; nothing was started yet. */
  planned(plan: Plan, outFolder: string): void
  scenarioStarted(id: string, claim: string, index: number, count: number): void
  /** A step of a scenario in plain words, such as `Region loss of us-east-1 verified`. */
  progress(id: string, step: ScenarioStep): void
  scenarioEnded(result: ScenarioResult): void
  ended(result: RunResult, outFolder: string): void
}

/** Says nothing. */
export const silentReporter: RunReporter = {
  planned: () => {},
  scenarioStarted: () => {},
  progress: () => {},
  scenarioEnded: () => {},
  ended: () => {},
}

/** Tells several reporters. */
export function composeReporters(...reporters: readonly RunReporter[]): RunReporter {
  return {
    planned: (plan, outFolder) => {
      for (const reporter of reporters) reporter.planned(plan, outFolder)
    },
    scenarioStarted: (id, claim, index, count) => {
      for (const reporter of reporters) reporter.scenarioStarted(id, claim, index, count)
    },
    progress: (id, step) => {
      for (const reporter of reporters) reporter.progress(id, step)
    },
    scenarioEnded: (result) => {
      for (const reporter of reporters) reporter.scenarioEnded(result)
    },
    ended: (result, outFolder) => {
      for (const reporter of reporters) reporter.ended(result, outFolder)
    },
  }
}
