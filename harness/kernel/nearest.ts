/** The name closest to what somebody typed, if it is close enough to be meant. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(typed.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(typed, name)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance with one row. */
function editDistance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    let diagonal = row[0] ?? 0
    row[0] = i
    for (let j = 1; j <= b.length; j += 1) {
      const above = row[j] ?? 0
      const left = row[j - 1] ?? 0
      const substitution = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1)
      diagonal = above
      row[j] = Math.min(above + 1, left + 1, substitution)
    }
  }
  return row[b.length] ?? 0
}
