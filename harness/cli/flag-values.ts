import { InvalidArgumentError } from 'commander'

/** Every command can print what it came to as one document. */
export const jsonFlag = [
  '--json',
  'print the result as one JSON document on standard output',
] as const

/** A number as it is written, from 0. */
export function decimalNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new InvalidArgumentError('Expected a number.')
  return value
}

/** A whole number, from 0. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Expected a whole number, 0 or above.')
  }
  return value
}

/** The values of a flag that may be given again. */
export function append(value: string, list: readonly string[] | undefined): readonly string[] {
  return [...(list ?? []), value]
}
