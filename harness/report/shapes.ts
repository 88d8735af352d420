import { z } from 'zod'
import { expectedFile } from '../plan/expected-results.ts'
import { planSchema, storageNames, worldNames } from '../plan/plan.ts'
import { remoteTopologySchema } from '../plan/remote-topology.ts'
import { driverAnswer, driverRequest } from '../target/driver/protocol.ts'
import { initShape, topologyCheckShape } from './own-system-shapes.ts'
import { preflightPolicyShape, preflightShape } from './preflight-shapes.ts'

/** JSON cannot carry Infinity: an open end is null. */
const interval = z.strictObject({ low: z.number().nullable(), high: z.number().nullable() })
const verdict = z.enum(['pass', 'fail', 'inconclusive', 'skipped'])
const worlds = z.array(z.enum(worldNames))
const expected = z.strictObject({
  verdict: z.enum(['pass', 'fail']),
  rule: z.string().optional(),
})
const known = z.strictObject({
  rule: z.string().optional(),
  measurement: z.string().optional(),
  finding: z.string().optional(),
  reason: z.string(),
  until: z.string(),
  state: z.enum(['expected', 'healed', 'expired', 'not-seen']),
})
/** What is expected of a scenario, and what became of what was known. */
const expectation = expected.extend({
  standing: z.enum([...verdict.options, 'expected']).optional(),
  known: z.array(known).optional(),
  unexpected: z
    .array(
      z.strictObject({
        rule: z.string().optional(),
        objective: z.string().optional(),
        measurement: z.string(),
        expiredOn: z.string().optional(),
      }),
    )
    .optional(),
})
/** What a file of expected results came to. */
const runExpectation = z.strictObject({
  file: z.string(),
  digest: z.string(),
  unexpected: z.int(),
  expected: z.int(),
  healed: z.int(),
  expired: z.int(),
  notSeen: z.int(),
})
const tool = z.strictObject({ name: z.literal('interregnum'), version: z.string() })

const judgement = z.strictObject({
  measurement: z.string(),
  value: interval.nullable(),
  atMost: z.number().optional(),
  atLeast: z.number().optional(),
  objective: z.string().optional(),
  verdict,
  reason: z.string(),
})

const objective = z.strictObject({
  objective: z.string(),
  measurement: z.string(),
  value: interval.nullable(),
  verdict,
  reason: z.string(),
})

const conformance = z.strictObject({
  profile: z.string(),
  measurement: z.string(),
  value: interval,
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  verdict,
  deviation: z.enum(['stricter', 'weaker']).optional(),
  says: z.string(),
  source: z.string(),
})

/** What a run or a set of histories comes to. */
const answers = {
  verdict,
  safe: verdict,
  compatible: verdict,
  claim: verdict.optional(),
  objectives: z.array(objective.extend({ scenario: z.string().optional() })).optional(),
}

/** What follows from one history. */
const judged = {
  verdict,
  reason: z.string(),
  requirements: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      verdict,
      reason: z.string(),
      judgements: z.array(judgement),
    }),
  ),
  objectives: z.array(objective).optional(),
  conformance: z.array(conformance).optional(),
  safe: verdict.optional(),
  measurements: z.array(
    z.strictObject({
      name: z.string(),
      value: interval,
      samples: z.int(),
      inconclusive: z.string().optional(),
    }),
  ),
  findings: z.array(
    z.strictObject({
      checker: z.string(),
      kind: z.string(),
      measurement: z.string(),
      user: z.string(),
      region: z.string(),
      at: z.number(),
      operation: z.string(),
      message: z.string(),
    }),
  ),
  evidence: z.record(z.string(), z.record(z.string(), z.number())),
  undermined: z.string().optional(),
  history: z.strictObject({ lines: z.int(), torn: z.boolean() }),
}

const verdictShape = z.strictObject({
  tool,
  seed: z.int(),
  target: z.string(),
  model: z.boolean(),
  world: z.string(),
  storage: z.string().optional(),
  proxy: z
    .strictObject({ name: z.enum(['link-proxy', 'toxiproxy']), image: z.string() })
    .optional(),
  attached: z.string().optional(),
  mutants: z.array(z.string()),
  switches: z.record(z.string(), z.string()),
  ...answers,
  expected: runExpectation.optional(),
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      claim: z.string(),
      ...judged,
      repeat: z.string(),
      traceDigest: z.string().optional(),
      durationMillis: z.number(),
      expected: expectation,
    }),
  ),
  notTested: z.array(z.strictObject({ what: z.string(), reason: z.string() })),
  leftovers: z.array(z.string()),
})

const checkShape = z.strictObject({
  tool,
  ...answers,
  expected: runExpectation.optional(),
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      claim: z.string(),
      file: z.string(),
      seed: z.int(),
      target: z.string(),
      model: z.boolean(),
      ...judged,
      expected: expectation.optional(),
    }),
  ),
})

const scenariosShape = z.strictObject({
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      claim: z.string(),
      requirements: z.array(z.string()),
      needs: z.strictObject({
        faults: z.array(z.string()),
        functions: z.array(z.string()),
        storage: z.enum(storageNames).optional(),
      }),
      worlds,
      quick: z.boolean(),
      expected,
    }),
  ),
})

const faultsShape = z.strictObject({
  faults: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      worlds,
      effects: z.array(z.string()),
      parameters: z.array(
        z.strictObject({
          name: z.string(),
          about: z.string(),
          optional: z.literal(true).optional(),
          type: z.enum(['link', 'region', 'choice', 'number']),
          choices: z.array(z.string()).optional(),
          unit: z.string().optional(),
          min: z.number().optional(),
          max: z.number().optional(),
        }),
      ),
    }),
  ),
})

const cell = z.enum(['killed', 'survived', 'inconclusive', 'skipped'])

const mutantsShape = z.strictObject({
  mutants: z.array(
    z.strictObject({
      id: z.string(),
      requirement: z.string(),
      description: z.string(),
      worlds,
      needsNemesis: z.boolean(),
      /** Null where nothing was tried. */
      killed: z.boolean().nullable(),
      seeds: z.int(),
      scenarios: z.array(z.strictObject({ scenario: z.string(), cell, seed: z.int() })).optional(),
    }),
  ),
})

const reportShape = z.strictObject({ folder: z.string(), report: z.string(), verdict })

/** A stack that was started to stay up, as the state folder keeps it. Nothing in it is secret. */
export const stackRecordShape = z.strictObject({
  runId: z.string(),
  /** The process that holds the stack. */
  pid: z.int(),
  startTime: z.string(),
  seed: z.int(),
  /** Where the Regions keep their state; absent: in files. */
  storage: z.enum(['postgres']).optional(),
  mutants: z.array(z.string()),
  regions: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(['primary', 'replica']),
      endpoint: z.string(),
    }),
  ),
  poolId: z.string(),
  clientId: z.string(),
})

const stackShape = z.strictObject({
  stacks: z.array(stackRecordShape.extend({ state: z.enum(['up', 'gone']) })),
})

const stackDownShape = z.strictObject({
  down: z.array(z.string()),
  remaining: z.array(z.string()),
})

const targetsShape = z.strictObject({
  targets: z.array(
    z.strictObject({
      name: z.string(),
      model: z.boolean(),
      worlds,
      capabilities: z.looseObject({ functions: z.array(z.string()) }),
    }),
  ),
})

const doctorShape = z.strictObject({
  stateFolder: z.string(),
  runs: z.array(
    z.looseObject({
      runId: z.string(),
      state: z.enum(['alive', 'ending', 'dead', 'elsewhere']),
      command: z.string(),
    }),
  ),
  strays: z.array(z.looseObject({ runId: z.string() })),
  strayObjects: z.array(z.looseObject({ runId: z.string(), kind: z.string() })),
  engine: z.strictObject({
    address: z.string().optional(),
    version: z.string().optional(),
    apiVersion: z.string().optional(),
    missing: z.string().optional(),
  }),
  faults: z
    .array(
      z.strictObject({
        fault: z.string(),
        world: z.enum(['process', 'container']),
        possible: z.boolean(),
        reason: z.string().optional(),
      }),
    )
    .optional(),
  problems: z.array(z.string()),
  clean: z.boolean(),
})

const recoverShape = z.strictObject({
  stateFolder: z.string(),
  recovered: z.array(
    z.strictObject({
      runId: z.string(),
      removed: z.array(z.string()),
      remaining: z.array(z.string()),
    }),
  ),
  untouched: z.array(z.strictObject({ runId: z.string(), state: z.string() })),
  clean: z.boolean(),
})

/** What a file of expected results holds, where nothing is wrong with it. */
const expectedCheckShape = z.strictObject({
  file: z.string(),
  digest: z.string(),
  target: z.string().optional(),
  entries: z.int(),
  expired: z.array(z.strictObject({ scenario: z.string(), until: z.string() })),
})

const expectedWriteShape = z.strictObject({
  /** Null where it was printed. */
  file: z.string().nullable(),
  entries: z.int(),
  /** Entries whose reason is still to be written. */
  withoutReason: z.int(),
  /** Entries of the run's own file that are not in it any more, for they held. */
  healed: z.int(),
})

const errorShape = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    exitCode: z.int(),
  }),
})

const driverCheckShape = z.strictObject({
  /** What the driver calls itself. */
  name: z.string(),
  checks: z.array(
    z.strictObject({ name: z.string(), passed: z.boolean(), reason: z.string().optional() }),
  ),
  /** Functions that it declares and that no check tries. */
  notTried: z.array(z.string()),
  /** What a person should know besides. */
  notes: z.array(z.string()),
})

/**
 * The documents that `--json` prints and that a run leaves, and the lines between the harness and a
 * driver, by the name of the published schema:
 * `interregnum/schemas/<name>.schema.json`.
 */
export const shapes = {
  plan: planSchema,
  verdict: verdictShape,
  check: checkShape,
  'expected-file': expectedFile,
  'expected-check': expectedCheckShape,
  'expected-write': expectedWriteShape,
  scenarios: scenariosShape,
  faults: faultsShape,
  targets: targetsShape,
  mutants: mutantsShape,
  stack: stackShape,
  'stack-down': stackDownShape,
  report: reportShape,
  doctor: doctorShape,
  recover: recoverShape,
  error: errorShape,
  /** A topology file, as YAML or JSON has it. */
  topology: remoteTopologySchema,
  'topology-check': topologyCheckShape,
  init: initShape,
  preflight: preflightShape,
  'preflight-policy': preflightPolicyShape,
  'driver-check': driverCheckShape,
  'driver-request': driverRequest,
  'driver-answer': driverAnswer,
} as const
