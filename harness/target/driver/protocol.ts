import { z } from 'zod'
import { answerMeanings } from '../../history/line.ts'
import {
  type OperationFunction,
  operationFunctions,
  resultFields,
} from '../../history/operation.ts'

/** Version of the protocol; a driver that speaks another one is refused. */
export const driverProtocol = 1

/** What bounds a driver, whatever it does. */
export const driverLimits = {
  /** Longest line that it may write, in bytes without the newline. */
  lineBytesMax: 262_144,
  /** Requests without an answer, those past their deadline included. */
  unansweredMax: 1_024,
  /** How long it may take to say hello, in milliseconds. */
  helloMillisMax: 10_000,
  /** How long it may take to end after its standard input did, in milliseconds. */
  farewellMillisMax: 1_000,
} as const

type Elsewhere = 'machine-sign-in' | 'add-secret' | 'delete-secret' | 'visit' | 'open-session'

const elsewhere: ReadonlySet<string> = new Set<Elsewhere>([
  'machine-sign-in',
  'add-secret',
  'delete-secret',
  'visit',
  'open-session',
])

/** What a driver can declare: all but machine clients and visits of relying parties. */
export const driverFunctions = operationFunctions.filter(
  (name): name is Exclude<OperationFunction, Elsewhere> => !elsewhere.has(name),
)

const id = z.int().min(1)
const name = z.string().min(1).max(256)

/** A value that is a secret: it goes to the driver or comes from it, and is never written. */
const secret = z.string().min(1).max(65_536)

/**
 * A code of the tested system, such as `NotAuthorizedException`: it stands in the history, so it is
 * one word.
 */
const code = z.string().regex(/^[A-Za-z][\w.-]{0,63}$/)

/** An operation's id or a plain word such as `disabled`; `null` where nothing is there. */
const registerValue = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .nullable()

const results = z.partialRecord(z.enum(resultFields), secret)

const hello = z.strictObject({
  id,
  type: z.literal('hello'),
  /** The version that the harness speaks. */
  protocol: z.literal(driverProtocol),
})

/** The second request: what there is, and that it has to be set up. */
export const prepareRequest = z.strictObject({
  id,
  type: z.literal('prepare'),
  regions: z.array(
    z.strictObject({
      name,
      role: z.enum(['primary', 'replica']),
      /** Where clients reach it: every request has to go there, as faults do. */
      endpoint: z.string(),
      /**
       * In the remote world, its URL as the topology has it: the name for `Host`, SNI and the
       * certificate, and the way past the link, for what `prepare` itself does.
       */
      direct: z.string().optional(),
      /** A file with the certificates that its own has to lead to, in PEM. */
      certificateAuthority: z.string().optional(),
    }),
  ),
  /** The section `target` of the topology, as it stands. */
  settings: z.json().optional(),
  /** Names of users of this session begin with it: no other user is to be touched. */
  prefix: z.string().max(256).optional(),
  /** A run was killed, and users that it left are deleted now: nothing is to be made. */
  cleanUp: z.literal(true).optional(),
  /** What the scenario says that it uses beside sign-up, sign-in and what reads. */
  functions: z.array(z.enum(operationFunctions)),
  deadlineMillis: z.int().min(1),
})

const perform = z.strictObject({
  id,
  type: z.literal('perform'),
  /** The id of the operation: also the value that it writes, where it writes one. */
  operation: name,
  function: z.enum(operationFunctions),
  user: name,
  region: name,
  endpoint: z.string(),
  /** An answer that comes later is not read: the operation is `info` by then. */
  deadlineMillis: z.int().min(1),
  /** What is no secret, such as `attribute` or `group`. */
  arguments: z.record(z.string(), z.json()),
  /**
   * `password`: the one to present; `newPassword`: the one to set; `code`: the one to present;
   * tokens and sessions as an earlier answer gave them.
   */
  secrets: z.record(z.string(), secret),
  /** The registers that an `ok` answer may show. */
  reads: z.array(z.string()),
})

/** One line that the harness writes to the standard input of a driver. */
export const driverRequest = z.discriminatedUnion('type', [hello, prepareRequest, perform])

const duration = z.number().min(0).max(3_600_000)
const rate = z.number().positive().max(1_000_000)

const helloAnswer = z.strictObject({
  id,
  type: z.literal('hello'),
  protocol: z.literal(driverProtocol),
  /** What it drives: the name of the target in reports. */
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected lower case words joined by "-"'),
  /** True where what it drives is a model, not a real system. */
  model: z.boolean(),
  /** The Regions that come along, or in the remote world alone those of a topology. */
  stack: z.enum(['reference', 'topology']),
  capabilities: z.strictObject({
    functions: z.array(z.enum(driverFunctions)).min(1).max(driverFunctions.length),
    /** `jwt`: signed tokens with a published JWKS; `opaque`: others; `none`: it gives none. */
    tokens: z.enum(['jwt', 'opaque', 'none']),
    lagMillisMax: duration.default(1_000),
    settleMillisMax: duration.default(10_000),
    clockSkewMillisMax: duration.default(0),
    replicaWrites: z.boolean().default(false),
    /** `false`: a replica serves no sign-in and no refresh. */
    replicaSignIns: z.literal(false).optional(),
    lockout: z
      .strictObject({
        scope: z.enum(['regional', 'mirrored', 'none']),
        threshold: z.int().min(0).max(1_000_000),
      })
      .default({ scope: 'none', threshold: 0 }),
    totpOnReplica: z.boolean().default(false),
    promotion: z.boolean().default(false),
    /** How fast it may be asked, where that is slower than scenarios ask. */
    pace: z
      .strictObject({
        /** Traffic, streams and probes together. */
        arrivalsPerSecondMax: rate.optional(),
        /** All that a run asks, set-up and sweeps included. */
        operationsPerSecondMax: rate.optional(),
      })
      .optional(),
  }),
})

const preparedAnswer = z.strictObject({
  id,
  type: z.literal('prepared'),
  /** With `tokens: "jwt"` alone: what a verifier of these tokens is told. */
  tokens: z
    .strictObject({
      /** Path of the JWKS in each Region. */
      jwksPath: z.string().startsWith('/').max(1_024),
      issuers: z.array(name).min(1).max(16),
      audiences: z.array(name).min(1).max(16),
    })
    .optional(),
})

const okAnswer = z.strictObject({
  id,
  type: z.literal('ok'),
  /** What the answer shows of the registers in `reads`. */
  observed: z.record(z.string(), registerValue).optional(),
  results: results.optional(),
  /** With `tokens: "opaque"`: how long an access or ID token in `results` is good for. */
  lifetimeSeconds: z.number().positive().max(1_000_000_000).optional(),
})

const notOk = {
  id,
  code,
  status: z.int().min(100).max(599).optional(),
  /** Absent or `null`: nothing is known beside the code. */
  meaning: z.enum(answerMeanings).nullish(),
  observed: z.record(z.string(), registerValue).optional(),
  results: results.optional(),
}

/** It certainly did not happen. */
const failAnswer = z.strictObject({ ...notOk, type: z.literal('fail') })

/** It may have happened, or not. */
const infoAnswer = z.strictObject({ ...notOk, type: z.literal('info') })

/** It does not do this: a contradiction where it said that it does. */
const unsupportedAnswer = z.strictObject({ id, type: z.literal('unsupported') })

/** To `hello` and `prepare`: it cannot. */
const refusedAnswer = z.strictObject({
  id,
  type: z.literal('refused'),
  message: z.string().max(4_096),
})

/** One line that a driver writes to its standard output. */
export const driverAnswer = z.discriminatedUnion('type', [
  helloAnswer,
  preparedAnswer,
  okAnswer,
  failAnswer,
  infoAnswer,
  unsupportedAnswer,
  refusedAnswer,
])

export type DriverRequest = z.infer<typeof driverRequest>
export type DriverAnswer = z.infer<typeof driverAnswer>
export type PrepareRequest = z.infer<typeof prepareRequest>
export type DriverHello = z.infer<typeof helloAnswer>
export type DriverPrepared = z.infer<typeof preparedAnswer>
export type PerformRequest = z.infer<typeof perform>
/** What an attempt came to, in the driver's words. */
export type PerformAnswer = Extract<DriverAnswer, { type: 'ok' | 'fail' | 'info' }>

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

/** A request before it has its number. */
export type Unnumbered = WithoutId<DriverRequest>
