import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { holdClock, holdForCallback } from './offload.ts'
import { activeRun } from './run-state.ts'

type AnyFunction = (...values: unknown[]) => unknown

const subtlePrototype = Object.getPrototypeOf(crypto.webcrypto.subtle) as object

const callbackForms = ['scrypt', 'pbkdf2', 'hkdf', 'sign', 'verify', 'checkPrime', 'diffieHellman']

/**
 * Makes WebCrypto and callback crypto hold the clock of a run that is on, so that libraries such
 * as jose work in virtual time as they are. Outside a run everything passes through. Installed
 * once, when this module is loaded, because libraries may keep what they find.
 */
function install(): void {
  for (const name of Object.getOwnPropertyNames(subtlePrototype)) {
    replace(subtlePrototype, name, (original) => holdPromise(`subtle.${name}`, original))
  }
  for (const name of callbackForms) replace(crypto, name, holdCallback)
  syncBuiltinESMExports()
}

function replace(target: object, name: string, wrap: (original: AnyFunction) => AnyFunction): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name)
  if (name === 'constructor' || typeof descriptor?.value !== 'function') return
  const wrapper = wrap(descriptor.value as AnyFunction)
  for (const key of ['name', 'length']) {
    Object.defineProperty(wrapper, key, {
      configurable: true,
      value: (descriptor.value as unknown as Record<string, unknown>)[key],
    })
  }
  Object.defineProperty(target, name, { ...descriptor, value: wrapper })
}

function holdPromise(what: string, original: AnyFunction): AnyFunction {
  return function held(this: unknown, ...values: unknown[]) {
    const run = activeRun()
    const work = () => Reflect.apply(original, this, values) as Promise<unknown>
    return run === undefined ? work() : holdClock(run, what, work, 'at-once')
  }
}

function holdCallback(original: AnyFunction): AnyFunction {
  return function held(this: unknown, ...values: unknown[]) {
    const run = activeRun()
    const callback = values.at(-1)
    if (run === undefined || typeof callback !== 'function') {
      return Reflect.apply(original, this, values)
    }
    return holdForCallback(
      run,
      (settled) => Reflect.apply(original, this, [...values.slice(0, -1), settled]),
      callback as AnyFunction,
    )
  }
}

install()
