import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../kernel/random.ts'
import { runSecrets } from './secrets.ts'

// Goal: passwords can be derived again from a label and never meet. Method: many labels, two seeds.

const labels = Array.from({ length: 2_000 }, (_, index) => `op${index}`)

describe('runSecrets', () => {
  it('gives one label one password, whatever was asked before', () => {
    const first = runSecrets(keyedRandom(7))
    const second = runSecrets(keyedRandom(7))
    for (const label of [...labels].reverse()) second.passwordFor(label)
    expect(labels.map((label) => first.passwordFor(label))).toEqual(
      labels.map((label) => second.passwordFor(label)),
    )
  })

  it('gives different passwords to different labels and seeds', () => {
    const passwords = [7, 8].flatMap((seed) => {
      const secrets = runSecrets(keyedRandom(seed))
      return labels.map((label) => secrets.passwordFor(label))
    })
    expect(new Set(passwords).size).toBe(passwords.length)
  })

  it('meets the default password policy', () => {
    const secrets = runSecrets(keyedRandom(1))
    for (const label of labels) {
      const password = secrets.passwordFor(label)
      expect(password).toMatch(/^[\x21-\x7e]{8,256}$/)
      for (const rule of [/[a-z]/, /[A-Z]/, /[0-9]/, /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]/]) {
        expect(password).toMatch(rule)
      }
    }
  })
})
