import { createHash } from 'node:crypto'
import { toJson } from './json.ts'
import { plainText } from './plain-text.ts'

/** One run of a tool, in the words of SARIF. */
export interface SarifRun {
  readonly driver: {
    readonly name: string
    readonly semanticVersion: string
    readonly rules: readonly object[]
  }
  /** What tells this run from others of the tool. */
  readonly id: string
  readonly results: readonly object[]
  readonly properties: object
}

/**
 * A log of SARIF 2.1.0 with one run.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifLog({ driver, id, results, properties }: SarifRun): string {
  return toJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        automationDetails: { id },
        invocations: [{ executionSuccessful: true }],
        columnKind: 'utf16CodeUnits',
        results,
        properties,
      },
    ],
  })
}

/** Where a result stands, and what tells it from others. */
export interface SarifPlace {
  /** Path of the file that shows it, below the folder of reports. */
  readonly uri: string
  readonly logical: { readonly name: string; readonly kind: string }
  /** The same in every run that finds it again. */
  readonly identity: readonly string[]
}

/** Message, place and fingerprint of a result. */
export function sarifLocated(text: string, { uri, logical, identity }: SarifPlace): object {
  const fingerprint = createHash('sha256').update(identity.join('\n')).digest('hex').slice(0, 32)
  return {
    message: { text: plainText(text) },
    locations: [{ physicalLocation: { artifactLocation: { uri } }, logicalLocations: [logical] }],
    partialFingerprints: { 'interregnum/v1': fingerprint },
  }
}
