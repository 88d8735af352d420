/** Anything that JSON can carry. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** JSON with sorted keys: equal values give equal bytes. Entries with `undefined` are left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry
    const sorted: Record<string, unknown> = {}
    for (const key of Object.keys(entry).sort()) {
      const value = (entry as Record<string, unknown>)[key]
      // An assignment to this one would set the prototype, and the entry would be gone.
      if (key === '__proto__') Object.defineProperty(sorted, key, { value, enumerable: true })
      else sorted[key] = value
    }
    return sorted
  })
}
