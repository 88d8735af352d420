import { access, type Performed, scenario } from 'interregnum'
import { patience } from '../populations.ts'

const flips = 3

/** Refreshes of every user while the endpoint leads to one Region. */
const refreshesBetween = 2

export const flapping = scenario('flapping', {
  claim:
    'While the endpoint flips between the Regions again and again, nobody is signed out more than once, and no session is ended as stolen.',
  requirements: ['FS-19'],
  needs: {
    faults: ['health-flip'],
    functions: ['sign-in', 'refresh', 'rotate'],
    router: { intervalMillis: 50, checkTimeoutMillis: 1_000, checksToTurn: 1 },
  },
  async run(context) {
    const { primary, replica, router, workload, nemesis, clock, signal } = context
    if (router === undefined) return
    const users = await workload.bystanders(4)
    const route = { to: router.name, purpose: 'workload' } as const
    const clientOf = (user: string) => (users.indexOf(user) % 2 === 0 ? 'rotating' : undefined)
    const signIn = (user: string) =>
      workload.attempt(access.signIn(user, workload.passwordOf(user) ?? '', route, clientOf(user)))
    const refreshed = new Map<string, number>()
    const life = async (user: string, signedOut: () => boolean): Promise<void> => {
      let session: Performed = await signIn(user)
      while (!signedOut()) {
        const rotates = clientOf(user) === 'rotating'
        const refresh = rotates ? access.rotate : access.refresh
        const done = await workload.attempt(refresh(user, session.operation, route))
        if (done.type === 'ok') refreshed.set(user, (refreshed.get(user) ?? 0) + 1)
        if (done.type === 'ok' && rotates) session = done
        if (done.type === 'fail') session = await signIn(user)
        await clock.sleep(40_000, signal)
      }
    }
    let over = false
    const lives = users.map((user) => life(user, () => over))
    const everybodyRefreshed = async (): Promise<void> => {
      const goal = users.map((user) => (refreshed.get(user) ?? 0) + refreshesBetween)
      const deadline = clock.monotonic() + patience
      const reached = (): boolean =>
        users.every((user, index) => (refreshed.get(user) ?? 0) >= (goal[index] ?? 0))
      while (!reached() && clock.monotonic() < deadline) await clock.sleep(5_000, signal)
    }
    await everybodyRefreshed()
    for (let flip = 0; flip < flips; flip += 1) {
      const down = await nemesis.inject('health-flip', { region: primary.name, status: 'down' })
      await router.leadsTo(replica.name, patience)
      await everybodyRefreshed()
      await down.heal()
      await router.leadsTo(primary.name, patience)
      await everybodyRefreshed()
    }
    over = true
    await Promise.all(lives)
  },
})
