import { type CompletionLine, historyFormat, type InvokeLine, type Line } from './line.ts'
import { NumberSet } from './number-set.ts'

/**
 * What is true of every history, on write and on read: one header first, times never decrease, a
 * process has one operation at a time, a completion ends the open operation of its process, a
 * process dies on `info`, an operation is invoked once, and nothing follows `end`.
 */
export class HistoryRules {
  readonly #open = new Map<number, string>()
  readonly #dead = new NumberSet()
  readonly #invoked = new OperationSet()
  #headed = false
  #ended = false
  #at = 0

  /** Takes the next line; the sentence says which rule it breaks, undefined that it breaks none. */
  violation(line: Line): string | undefined {
    if (line.type === 'header') {
      if (this.#headed) return 'a second header'
      this.#headed = true
      return line.format === historyFormat ? undefined : `format ${line.format}`
    }
    if (!this.#headed) return `"${line.type}" before the header`
    if (this.#ended) return `"${line.type}" after the end`
    if (!(line.at >= this.#at)) {
      return `time goes back from ${this.#at} to ${line.at} microseconds`
    }
    this.#at = line.at
    switch (line.type) {
      case 'invoke':
        return this.#invoke(line)
      case 'ok':
      case 'fail':
      case 'info':
        return this.#complete(line)
      case 'end':
        this.#ended = true
        return undefined
      case 'fault':
      case 'route':
      case 'mark':
      case 'jwks':
      case 'harness':
      case 'casualty':
        return undefined
    }
    return `unknown type ${JSON.stringify((line as { type?: unknown }).type)}`
  }

  #invoke({ process, operation }: InvokeLine): string | undefined {
    const busy = this.#open.get(process)
    if (busy !== undefined) return `process ${process} invokes ${operation} while ${busy} is open`
    if (this.#dead.has(process)) return `process ${process} died and invokes ${operation}`
    if (!this.#invoked.add(operation)) return `${operation} is invoked a second time`
    this.#open.set(process, operation)
    return undefined
  }

  #complete({ type, process, operation }: CompletionLine): string | undefined {
    if (this.#open.get(process) !== operation) {
      return `process ${process} completes ${operation}, which it has not open`
    }
    this.#open.delete(process)
    if (type === 'info') this.#dead.add(process)
    return undefined
  }
}

/** Ids of operations: numbered ones take one bit each. */
class OperationSet {
  readonly #numbered = new NumberSet()
  readonly #named = new Set<string>()

  /** False if it was there before. */
  add(operation: string): boolean {
    const number = operationNumber(operation)
    if (number >= 0) return this.#numbered.add(number)
    if (this.#named.has(operation)) return false
    this.#named.add(operation)
    return true
  }
}

/** Numbers above this are kept as text. */
const operationNumberMax = 1_000_000_000

/** 41 of `op41`; -1 where the id has another form. */
export function operationNumber(operation: string): number {
  const length = operation.length
  if (length < 3 || length > 12) return -1
  if (operation.charCodeAt(0) !== 111 || operation.charCodeAt(1) !== 112) return -1
  let number = 0
  for (let index = 2; index < length; index += 1) {
    const digit = operation.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  if (number > operationNumberMax) return -1
  // `op07` is another text than `op7`.
  return operation.charCodeAt(2) === 48 && length > 3 ? -1 : number
}
