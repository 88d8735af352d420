import { rename, writeFile } from 'node:fs/promises'

/** Writes a value as JSON, for its owner alone: a reader never sees half of it. */
export async function writeWhole(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
