import type { PreflightFinding, Seen } from '../check.ts'
import { Unseen } from '../check.ts'

/** Collects what a check sees, part by part: what one part cannot see does not hide the others. */
export class Looking {
  readonly #evidence: string[] = []
  readonly #findings: PreflightFinding[] = []
  readonly #unseen: string[] = []

  /** Something was looked at and is as it should be, or is worth knowing. */
  saw(sentence: string): void {
    this.#evidence.push(sentence)
  }

  found(subject: string, message: string): void {
    this.#findings.push({ subject, message })
  }

  missed(reason: string): void {
    this.#unseen.push(reason)
  }

  /** Looks at one part; what it could not see is remembered. */
  async part(look: () => Promise<void>): Promise<void> {
    try {
      await look()
    } catch (error) {
      if (!(error instanceof Unseen)) throw error
      this.missed(error.message)
    }
  }

  get seen(): Seen {
    return { evidence: this.#evidence, findings: this.#findings, unseen: this.#unseen }
  }

  /** What was seen; if there was nothing to look at, the reason why the check does not apply. */
  seenOr(reason: string): Seen {
    const { evidence, findings, unseen = [] } = this.seen
    const nothing = evidence.length + findings.length + unseen.length === 0
    return nothing ? notApplicable(reason) : this.seen
  }
}

/** A check has nothing to say about this system. */
export function notApplicable(reason: string): Seen {
  return { evidence: [], findings: [], notApplicable: reason }
}

/** The Region that an ARN names; empty for what is global. */
export function regionOfArn(arn: string): string {
  return arn.split(':')[3] ?? ''
}

/** The account that an ARN names. */
export function accountOfArn(arn: string): string {
  return arn.split(':')[4] ?? ''
}

/** The rest of an ARN after the account: the name of a resource, which both Regions share. */
export function resourceOfArn(arn: string): string {
  return arn.split(':').slice(5).join(':')
}

/** A name without its Region: what is called after the Region where it stands is alike in both. */
export function withoutRegion(text: string, region: string): string {
  return text.replaceAll(region, 'REGION')
}

/** A share as text, such as `12 %`. */
export function percentText(share: number): string {
  const percent = share * 100
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : Math.round(percent)} %`
}
