import { access, factors, type Purpose, type ScenarioContext, seconds } from 'interregnum'

/** Longer than a time step: the code of an enrolment is of the past. */
const nextStep = seconds(31)

/** A user who has a software token, and the operations that set it up. */
export interface Enrolled {
  readonly user: string
  /** Label of the password. */
  readonly password: string
  /** The sign-in of before, which was offered to remember the device. */
  readonly session: string
  /** The operation whose result is the secret of the software token. */
  readonly association: string
}

/** Gives users a software token at the primary; from then on their password alone is not enough. */
export async function enrol(
  { workload }: Pick<ScenarioContext, 'workload'>,
  users: readonly string[],
): Promise<readonly Enrolled[]> {
  const enrolled: Enrolled[] = []
  for (const user of users) {
    const password = workload.passwordOf(user) ?? ''
    const { operation: session } = await workload.attempt(access.signIn(user, password))
    const { operation: association } = await workload.attempt(factors.associateTotp(user, session))
    await workload.attempt(factors.verifyTotp(user, session, association))
    await workload.attempt(factors.preferTotp(user))
    enrolled.push({ user, password, session, association })
  }
  return enrolled
}

/** As {@link enrol}; both Regions know it, and no code of before is good any more. */
export async function enrolForGood(
  context: Pick<ScenarioContext, 'workload' | 'timeTravel'>,
  users: readonly string[],
): Promise<readonly Enrolled[]> {
  const enrolled = await enrol(context, users)
  await context.workload.replicated()
  await context.timeTravel.advance(nextStep)
  return enrolled
}

/**
 * Every way into an account that begins with the right password, without the second factor: by
 * password, by SRP, by the application's server, and with a device that nobody confirmed.
 */
export async function tryWithoutFactor(
  { workload }: Pick<ScenarioContext, 'workload'>,
  { user, password, session }: Enrolled,
  to: string,
): Promise<void> {
  const course = { to, purpose: 'workload' as const satisfies Purpose }
  await workload.attempt(access.signIn(user, password, course))
  const started = await workload.attempt(factors.startSrp(user, course))
  await workload.attempt(factors.answerSrp(user, started.operation, password, course))
  await workload.attempt(access.adminSignIn(user, password, course))
  await workload.attempt(factors.signInWithDevice(user, password, session, course))
}
