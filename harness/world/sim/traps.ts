import { syncBuiltinESMExports } from 'node:module'
import './crypto-holds.ts'
import { raiseEscape } from './escape.ts'
import { outsideRun, runState } from './run-state.ts'
import { type TrapSite, trapSites } from './trap-table.ts'

type AnyFunction = (...values: unknown[]) => unknown

/**
 * Replaces what virtual time does not control, in CommonJS and ES modules alike. A trap springs
 * only during an event of a run: then it records the escape with the run and throws it. Between
 * events everything passes through, so that a test runner in the same process is not disturbed.
 *
 * @returns Puts everything back.
 */
export function installTraps(): () => void {
  const restore: (() => void)[] = []
  const define = (target: object, key: PropertyKey, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, key)
    if (before === undefined || (!before.configurable && !before.writable)) return
    const { enumerable = false } = before
    if (before.configurable) {
      Object.defineProperty(target, key, { configurable: true, enumerable, writable: true, value })
      restore.push(() => Object.defineProperty(target, key, before))
    } else {
      Reflect.set(target, key, value)
      restore.push(() => Reflect.set(target, key, before.value))
    }
  }
  const undoAll = (): void => {
    for (const undo of restore.reverse()) undo()
    syncBuiltinESMExports()
  }
  try {
    replaceAll(define)
  } catch (error) {
    undoAll()
    throw error
  }
  const stopCatching = catchUnhandled()
  syncBuiltinESMExports()
  return () => {
    stopCatching()
    undoAll()
  }
}

function replaceAll(define: (target: object, key: PropertyKey, value: unknown) => void): void {
  for (const site of trapSites()) {
    const original: unknown = Reflect.get(site.target, site.key)
    if (typeof original === 'function') define(site.target, site.key, trap(site, original))
  }
  define(globalThis, 'Date', trapDate(Date))
  if (typeof Error.prepareStackTrace === 'function') {
    const render = Error.prepareStackTrace
    define(Error, 'prepareStackTrace', (error: Error, frames: NodeJS.CallSite[]) =>
      outsideRun(() => render(error, frames)),
    )
  }
}

/** Replacements are made once and serve every run. */
const replacements = new WeakMap<object, AnyFunction>()

/** @param withStatics - Functions that hang on the function, such as promisified forms, too. */
function trap(site: TrapSite, original: object, withStatics = true): AnyFunction {
  const known = replacements.get(original)
  if (known !== undefined) return known
  const call = original as AnyFunction
  function trapped(this: unknown, ...values: unknown[]): unknown {
    if (runState.active && (site.when === undefined || site.when(values))) {
      raiseEscape(`${site.name}() was called`, site.hint, trapped)
    }
    if (new.target === undefined) return Reflect.apply(call, this, values)
    const receiver = (new.target as unknown) === trapped ? call : new.target
    return Reflect.construct(call, values, receiver as AnyFunction)
  }
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key)
    if (descriptor === undefined) continue
    const wraps = withStatics && key !== 'prototype' && typeof descriptor.value === 'function'
    const nested = wraps
      ? {
          ...descriptor,
          value: trap({ ...site, name: nestedName(site, key) }, descriptor.value, false),
        }
      : descriptor
    Reflect.defineProperty(trapped, key, nested)
  }
  replacements.set(original, trapped)
  return trapped
}

function nestedName(site: TrapSite, key: PropertyKey): string {
  return typeof key === 'symbol' ? `promisified ${site.name}` : `${site.name}.${String(key)}`
}

/** A `Date` that knows no present moment while an event of a run is on. */
function trapDate(original: DateConstructor): DateConstructor {
  const hint = 'Use the WallClock port and give every Date its time.'
  function TrappedDate(...values: unknown[]): unknown {
    if (runState.active && (values.length === 0 || new.target === undefined)) {
      raiseEscape('the present moment was read from Date', hint, TrappedDate)
    }
    if (new.target === undefined) return original()
    const receiver = (new.target as unknown) === TrappedDate ? original : new.target
    return Reflect.construct(original, values, receiver as AnyFunction)
  }
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key)
    if (descriptor !== undefined) Reflect.defineProperty(TrappedDate, key, descriptor)
  }
  const now = trap({ target: original, key: 'now', name: 'Date.now', hint }, original.now)
  Object.defineProperty(TrappedDate, 'now', { configurable: true, writable: true, value: now })
  return TrappedDate as unknown as DateConstructor
}

/**
 * What nobody handles during an event is the run's own: it ends the run in place of the process.
 *
 * @returns Puts everything back.
 */
function catchUnhandled(): () => void {
  const before = Object.getOwnPropertyDescriptor(process, 'emit')
  const { emit } = process
  const caught = new Set<string | symbol>(['unhandledRejection', 'uncaughtException'])
  const replacement = function (this: NodeJS.Process, name: string | symbol, ...values: unknown[]) {
    const { run, active } = runState
    if (run !== undefined && caught.has(name)) {
      if (active) run.fail(values[0])
      // Node schedules an immediate of its own after an exception that was caught here.
      runState.active = false
      if (active || run.failure?.reason === values[0]) return true
    }
    return Reflect.apply(emit as AnyFunction, this, [name, ...values])
  }
  Object.defineProperty(process, 'emit', {
    configurable: true,
    writable: true,
    value: replacement,
  })
  return () => {
    if (before === undefined) Reflect.deleteProperty(process, 'emit')
    else Object.defineProperty(process, 'emit', before)
  }
}
