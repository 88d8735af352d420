import type { Fields } from '../../../fixtures/aws/account.ts'
import { exampleNames } from '../../../fixtures/aws/example-account.ts'
import type { ExamplePair } from '../../../fixtures/aws/example-pair.ts'
import { loadAwsLibraries } from '../aws-libraries.ts'
import type { CountedCalls } from '../aws-reader.ts'
import { AwsReader } from '../aws-reader.ts'
import type { CheckResult } from '../check.ts'
import { cognitoChecks } from '../cognito/checks.ts'
import type { PairOptions } from '../cognito/pool-pair.ts'
import { findPoolPair } from '../cognito/pool-pair.ts'
import { runChecks } from '../run-checks.ts'

const libraries = loadAwsLibraries()

/** Runs every check, or one, on the example, by the real SDK. */
export async function lookAt(
  pair: ExamplePair,
  options: Partial<PairOptions> = {},
  {
    callsMax = 500,
    only,
    requestMillisMax,
  }: {
    readonly callsMax?: number
    readonly only?: string
    /** One try for each call then. */
    readonly requestMillisMax?: number
  } = {},
): Promise<{ readonly results: readonly CheckResult[]; readonly calls: readonly CountedCalls[] }> {
  const { signal } = new AbortController()
  const reader = new AwsReader({
    libraries: await libraries,
    endpoints: { '*': { '*': pair.url } },
    credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
    callsMax,
    ...(requestMillisMax === undefined ? {} : { requestMillisMax, attemptsMax: 1 }),
    signal,
  })
  try {
    const system = await findPoolPair(reader, {
      poolId: pair.poolId,
      primary: exampleNames.primary,
      integrations: ['none'],
      usersMax: 20,
      certificateDaysMin: 30,
      now: pair.now(),
      ...options,
    })
    const checks = cognitoChecks.filter(({ id }) => only === undefined || id === only)
    const results = await runChecks(checks, system, { signal })
    return { results, calls: reader.calls }
  } finally {
    reader.close()
  }
}

/** Ids of the checks that came to a verdict. */
export function idsOf(
  results: readonly CheckResult[],
  verdict: CheckResult['verdict'],
): readonly string[] {
  return results.flatMap((result) => (result.verdict === verdict ? [result.id] : []))
}

/** What one action answers in a Region is changed on its way; its place in pages stays as it is. */
export function edited(
  pair: ExamplePair,
  region: string,
  action: string,
  edit: (answer: Fields, input: Fields) => Fields,
): void {
  pair.account.answering = async (call, usual) => {
    const answer = await usual()
    if (call.action !== action || call.region !== region) return answer
    return { ...answer, body: JSON.stringify(edit(JSON.parse(answer.body) as Fields, call.input)) }
  }
}
