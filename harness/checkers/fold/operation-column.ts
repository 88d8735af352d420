import { IntegerColumn } from './columns.ts'

/** Whole numbers by the key of an operation, 0 where nothing was set. */
export class OperationColumn {
  readonly #numbered = new IntegerColumn()
  /** Of operations whose key is negative: their ids have another form. */
  readonly #named = new Map<number, number>()

  at(key: number): number {
    return key >= 0 ? this.#numbered.at(key) : (this.#named.get(key) ?? 0)
  }

  set(key: number, value: number): void {
    if (key >= 0) this.#numbered.set(key, value)
    else this.#named.set(key, value)
  }
}
