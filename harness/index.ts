/**
 * What a scenario file, a configuration and a program that embeds the harness may import.
 *
 * @module
 */
export type {
  Checker,
  CheckerResult,
  CheckerRun,
  Finding,
  Interval,
  Measurement,
} from './checkers/checker.ts'
export { defineConfig, type UserConfig } from './config/define-config.ts'
export type { EventLine, HeaderLine, Line } from './history/line.ts'
export {
  type DataClass,
  type Operation,
  type OperationFunction,
  type OperationId,
  type Purpose,
  type RegionName,
  type ResultField,
  registerName,
} from './history/operation.ts'
export { InterregnumError, type InterregnumErrorCode, UsageError } from './kernel/errors.ts'
export { type Micros, millis, seconds } from './kernel/time.ts'
export type { Plan } from './plan/plan.ts'
export type { Judgement, Profile, Requirement } from './profiles/profile.ts'
export type {
  Clients,
  Condition,
  FaultName,
  FaultParameters,
  InjectedFault,
  Mix,
  Nemesis,
  Performed,
  PreparedChanges,
  Probe,
  RetryPolicy,
  ScenarioContext,
  ScenarioRegion,
  ScenarioRouter,
  SignedIn,
  Stream,
  StreamOptions,
  Traffic,
  TrafficOptions,
  UserName,
  Workload,
} from './scenario/context.ts'
export {
  isScenario,
  type Scenario,
  type ScenarioDefinition,
  scenario,
} from './scenario/scenario.ts'
export type { SignInBrowser, SignInScript } from './target/oidc/browser.ts'
export type {
  JudgementResult,
  RequirementResult,
  RunResult,
  ScenarioResult,
  Verdict,
} from './verdict/verdict.ts'
export * as access from './workload/access.ts'
export * as factors from './workload/factors.ts'
export * as guesses from './workload/guesses.ts'
export { ownId } from './workload/own-id.ts'
