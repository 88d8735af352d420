import { WorldError } from '../../kernel/errors.ts'

/** Undoing in reverse order: nothing stops it, errors are thrown together at its end. */
export interface Teardown {
  /** Adds what undoes the step that was just taken, or is about to be. */
  defer(what: string, action: () => Promise<void>): void
  /**
   * Runs everything once, the newest first.
   *
   * @throws WorldError whose cause holds every error.
   */
  run(): Promise<void>
}

/** An empty teardown. */
export function teardown(): Teardown {
  const actions: { what: string; action: () => Promise<void> }[] = []
  let result: Promise<void> | undefined
  const runAll = async (): Promise<void> => {
    const failures: { what: string; error: unknown }[] = []
    for (const { what, action } of actions.splice(0).reverse()) {
      await action().catch((error: unknown) => failures.push({ what, error }))
    }
    if (failures.length === 0) return
    const what = failures.map((failure) => failure.what).join(', ')
    throw new WorldError(`not everything could be stopped: ${what}`, {
      cause: new AggregateError(failures.map(({ error }) => error)),
      hint: 'interregnum doctor shows what is left, interregnum recover removes it',
    })
  }
  return {
    defer: (what, action) => actions.push({ what, action }),
    run: () => {
      result ??= runAll()
      return result
    },
  }
}
