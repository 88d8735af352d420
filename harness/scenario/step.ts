/** A step of a scenario in plain words, for people who wait. */
export interface ScenarioStep {
  readonly text: string
  /** Operations completed so far. */
  readonly operations: number
}
