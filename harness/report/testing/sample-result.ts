import type { RunResult, ScenarioResult } from '../../verdict/verdict.ts'

/** A name that tries every way out: markup, attribute, entity, terminal, cell and line. */
export const hostile = `<script>alert(1)</script>" onload='x' & ]]> \u001b[31m | [a](http://b) \u0000\u202e\n`

/** A scenario that passed, with changes. */
export function scenarioOf(change: Partial<ScenarioResult>): ScenarioResult {
  return {
    id: 'region-loss',
    claim: 'Nothing acknowledged is lost.',
    verdict: 'pass',
    reason: 'FS-36 held',
    requirements: [],
    measurements: [],
    findings: [],
    evidence: { 'data-loss': { acknowledgedWrites: 40 } },
    history: { lines: 120, torn: false },
    repeat: 'interregnum run region-loss --seed 7',
    durationMillis: 1_250,
    expected: { verdict: 'pass' },
    ...change,
  }
}

/** A scenario that broke a rule, with hostile text in every field. */
export const failed = scenarioOf({
  id: 'lossy',
  claim: hostile,
  verdict: 'fail',
  reason: `FS-36: ${hostile}`,
  requirements: [
    {
      id: 'FS-36',
      name: 'acknowledged-writes',
      verdict: 'fail',
      reason: hostile,
      judgements: [
        {
          measurement: 'data-loss.lostOperations',
          value: { low: 2, high: Number.POSITIVE_INFINITY },
          atMost: 0,
          verdict: 'fail',
          reason: 'gone for good',
        },
      ],
    },
  ],
  measurements: [
    {
      name: 'data-loss.lostOperations',
      value: { low: 2, high: Number.POSITIVE_INFINITY },
      samples: 40,
    },
  ],
  findings: [1, 2].map((number) => ({
    checker: 'data-loss',
    kind: 'lost',
    measurement: 'data-loss.lostOperations',
    user: hostile,
    region: 'us-east-1',
    at: 1_500_000,
    operation: `op${number}`,
    message: `the password of ${hostile} is gone`,
  })),
})

const skipped = scenarioOf({ id: 'skipped-one', verdict: 'skipped', reason: 'needs power-loss' })
const open = scenarioOf({ id: 'open-one', verdict: 'inconclusive', reason: 'starved machine' })

/** A run of the reference with these scenarios. */
export function resultOf(...scenarios: readonly ScenarioResult[]): RunResult {
  return {
    tool: { name: 'interregnum', version: '0.1.0' },
    seed: 7,
    target: 'reference',
    model: true,
    world: 'sim',
    mutants: [],
    switches: { lockoutScope: 'mirrored' },
    verdict: 'fail',
    safe: 'fail',
    compatible: 'skipped',
    scenarios,
    notTested: [{ what: 'a real system', reason: 'the target is a model' }],
    leftovers: [],
  }
}

/** One scenario of each verdict. */
export const mixed = resultOf(scenarioOf({}), failed, skipped, open)
