import type { EventLine, HeaderLine } from '../history/line.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { Findings, resultOf } from './fold/results.ts'

const name = 'certificates'

/** Code of an exchange that ended in the TLS handshake (RFC 8446), before a byte of it left. */
const handshakeCode = 'certificate-refused'

/**
 * Recovery probes whose TLS handshake failed: a certificate that had expired, names another host or
 * is not trusted. Probes over a path that is not encrypted show nothing.
 */
export const certificates: Checker = {
  name,
  requires: ['availability-probes'],
  description:
    'Counts recovery probes that failed in the TLS handshake (code `certificate-refused`).',
  begin: (header: HeaderLine): CheckerRun => new CertificatesRun(foldOf(header, name)),
}

class CertificatesRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  #probes = 0
  #failed = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, purposes: ['recovery-probe'] }
  }

  step(line: EventLine, index: number): void {
    this.#fold.step(line, index)
    const { attempt } = this.#fold
    if (attempt?.invoke.purpose !== 'recovery-probe') return
    const isRefused = attempt.completion.error?.code === handshakeCode
    const isEncrypted = this.#fold.header.encrypted?.includes(attempt.invoke.region) === true
    if (isEncrypted || isRefused) this.#probes += 1
    if (isRefused) this.#fail(attempt)
  }

  #fail(attempt: Attempt): void {
    this.#failed += 1
    const { user, region } = attempt.invoke
    const why = `${region} (${attempt.completion.error?.code})`
    const message = `user ${user} could not trust the certificate of ${why}`
    this.#findings.addAttempt('handshake-failed', 'failedHandshakes', attempt, message)
  }

  finish(): CheckerResult {
    this.#fold.finish()
    const figure = {
      name: 'failedHandshakes',
      low: this.#failed,
      high: this.#failed,
      samples: this.#probes,
      inconclusive: this.#probes === 0 ? 'no recovery probe was sent over TLS' : undefined,
      grows: true,
    }
    return resultOf(name, this.#fold, {
      figures: [figure],
      findings: this.#findings,
      evidence: { recoveryProbes: this.#probes, failedHandshakes: this.#failed },
    })
  }
}
