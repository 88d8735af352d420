/** So many are remembered; the oldest go. */
const secretsMax = 8_192

/** Shorter texts stand by chance in other texts. */
const charactersMin = 8

/** What stands in histories itself. */
const operationId = /^op\d+$/

/** What went to a driver or came from it and must not be written anywhere, in memory only. */
export class KnownSecrets {
  readonly #known = new Set<string>()

  add(texts: Iterable<string>): void {
    for (const text of texts) {
      if (text.length < charactersMin || operationId.test(text)) continue
      this.#known.delete(text)
      this.#known.add(text)
      const oldest = this.#known.size > secretsMax ? this.#known.values().next().value : undefined
      if (oldest !== undefined) this.#known.delete(oldest)
    }
  }

  /** The text with every secret that is known replaced. */
  redact(text: string): string {
    let redacted = text
    for (const secret of this.#known) redacted = redacted.replaceAll(secret, '[secret]')
    return redacted
  }
}

/** Names of variables whose values are nobody's business. */
const secretName = /(?:password|passwd|secret|token|credential|(?:api|access|private|secret)_?key)/i

/** A driver has the environment of the run, with the keys of its system. */
export function secretsOfEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    value !== undefined && secretName.test(name) ? [value] : [],
  )
}
