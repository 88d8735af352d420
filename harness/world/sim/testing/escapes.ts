import { createHash } from 'node:crypto'
import type { Sim } from '../run-in-sim.ts'

/** Planted: reads the present moment and swallows whatever that leads to. */
export async function swallowedDateNow({ clock }: Sim): Promise<number> {
  await clock.sleep(10)
  let time = 0
  try {
    time = Date.now()
  } catch {
    // A library would go on with a default here.
  }
  await clock.sleep(1_000_000)
  return time
}

/** Planted: starts WebCrypto and does not wait for it. */
export async function unawaitedWebCrypto({ clock }: Sim): Promise<void> {
  await clock.sleep(10)
  const digest = crypto.subtle.digest('SHA-256', Buffer.from('text'))
  await clock.sleep(10)
  createHash('sha256').update(typeof digest)
}

let counter = 0

/** Planted: a counter that outlives the run shifts a draw. */
export async function moduleLevelCounter({ clock, random }: Sim): Promise<void> {
  await clock.sleep(10)
  counter += 1
  random.at('token', 'session', counter)
  await clock.sleep(10)
}
