/** The name closest to what somebody typed, if it is close enough to be meant. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  return nearestOnes(typed, names, 1)[0]
}

/**
 * The names that may have been meant, the closest first: those about as few edits away as the
 * closest one, or else those that what was typed is a part of.
 */
export function nearestOnes(
  typed: string,
  names: readonly string[],
  most: number,
): readonly string[] {
  const distanceMax = Math.max(2, Math.floor(typed.length / 3))
  const close = names
    .map((name) => ({ name, distance: editDistance(typed, name) }))
    .filter(({ distance }) => distance <= distanceMax)
    .sort((a, b) => a.distance - b.distance)
  const [first] = close
  if (first !== undefined) {
    const alike = close.filter(({ distance }) => distance <= first.distance + 1)
    return alike.slice(0, most).map(({ name }) => name)
  }
  if (typed.length < partLengthMin) return []
  return names.filter((name) => name.includes(typed)).slice(0, most)
}

/** A part of a name that is shorter says nothing. */
const partLengthMin = 3

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
