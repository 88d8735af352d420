import { scrypt } from 'node:crypto'
import { HttpError } from '../../../http/http.ts'
import { millis, seconds } from '../../../kernel/time.ts'
import type { RunningStack } from '../../../target/contract.ts'
import type { Sim } from '../run-in-sim.ts'
import { simWorld } from '../sim-world.ts'
import { getRequest, putRequest, toyPlan, toyTopology } from './toy-region.ts'

/**
 * A short story with everything in it: writers, held replication, a crash, power loss, a restart,
 * latency with jitter, password hashing and WebCrypto.
 *
 * @returns What the clients saw, line by line.
 */
export async function failoverStory(sim: Sim): Promise<string[]> {
  const seen: string[] = []
  await using stack = await simWorld({ plan: toyPlan }).start(toyTopology())
  const writers = [1, 2, 3].map((writer) => write(sim, stack, writer, seen))
  const [replication, toEast] = stack.links
  const [east, west] = stack.regions
  await sim.clock.sleep(millis(10))
  const slow = await toEast?.disturb({
    kind: 'latency',
    direction: 'both',
    latencyMillis: 2,
    jitterMillis: 1,
  })
  const held = await replication?.disturb({ kind: 'hold', direction: 'both' })
  await sim.clock.sleep(millis(20))
  await east?.lifecycle.losePower?.()
  await slow?.lift()
  await held?.lift()
  await sim.clock.sleep(millis(20))
  await east?.lifecycle.start()
  await Promise.all(writers)
  await sim.clock.sleep(seconds(1))
  for (const region of [east, west]) {
    const status = await region?.control.status()
    seen.push(`${region?.name} ${status?.boot} ${status?.position}`)
  }
  const last = await west?.http.send(getRequest('w1-9'))
  seen.push(`last ${last?.status}`)
  return seen
}

async function write(
  { clock, random }: Sim,
  stack: RunningStack,
  writer: number,
  seen: string[],
): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    await clock.sleep(random.at('pause', writer, round).integer(500, 4_000))
    const secret = await hash(`${writer}-${round}`)
    try {
      const request = putRequest(`w${writer}-${round}`, secret)
      const answer = await stack.regions[0]?.http.send(request, clock.timeout(millis(50)))
      seen.push(`${clock.monotonic()} ${writer} ${round} ${answer?.status}`)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      seen.push(`${clock.monotonic()} ${writer} ${round} ${error.sent} ${error.failure}`)
    }
  }
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(text))
  const key = await new Promise<Buffer>((resolve, reject) =>
    scrypt(Buffer.from(digest), 'salt', 16, { N: 16 }, (error, result) =>
      error === null ? resolve(result) : reject(error),
    ),
  )
  return key.toString('hex')
}
