/** Total order of strings by code unit: the same on every machine and locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A comparator from a key. */
export function by<T>(key: (value: T) => string | number): (a: T, b: T) => number {
  return (a, b) => {
    const left = key(a)
    const right = key(b)
    return left < right ? -1 : left > right ? 1 : 0
  }
}
