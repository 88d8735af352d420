/** Does the work for every value, at most `width` at once, started in order. */
export async function sideBySide<T>(
  values: readonly T[],
  width: number,
  work: (value: T) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < values.length) {
      next += 1
      await work(values[next - 1] as T)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, values.length) }, lane))
}
