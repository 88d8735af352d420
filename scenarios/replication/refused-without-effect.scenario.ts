import { access, factors, type Operation, registerName, scenario } from 'interregnum'

type Intent = Omit<Operation, 'id'>

/** Users who do not exist, and must not begin to. */
const newcomer = 'n1'
const invited = 'n2'

const group = 'staff'

export const refusedWithoutEffect = scenario('refused-without-effect', {
  claim:
    'Whatever write the replica has to refuse, it refuses, and what it refused shows in no Region, then or after a failover and the way back.',
  requirements: ['FS-38'],
  needs: {
    faults: ['failover'],
    functions: [
      'add-to-group',
      'reset-password',
      'confirm-device',
      'read-groups',
      'sign-in',
      'associate-totp',
      'set-password',
      'sign-up',
      'admin-create-user',
      'change-password',
      'forgot-password',
      'update-attribute',
      'disable-user',
      'delete-user',
      'remove-from-group',
      'verify-totp',
      'prefer-totp',
      'forget-device',
      'read-user',
    ],
    replicaWrites: false,
  },
  async run({ primary, replica, workload, clients }) {
    const users = await workload.bystanders(2)
    const [user = '', other = ''] = users
    const password = workload.passwordOf(user) ?? ''
    const session = await workload.attempt(access.signIn(user, password))
    const association = await workload.attempt(factors.associateTotp(user, session.operation))
    const device = await workload.attempt(factors.confirmDevice(user, session.operation))
    const joined = await workload.attempt(access.addToGroup(other, group))
    await workload.replicated()

    const gate = { to: replica.name, purpose: 'gate-probe' } as const
    const { operation: refusedPassword } = await workload.attempt(access.setPassword(user, gate))
    const writes: readonly Intent[] = [
      access.signUp(newcomer, gate),
      access.adminCreateUser(invited, gate),
      access.changePassword(user, session.operation, password, gate),
      access.resetPassword(user, gate),
      access.forgotPassword(user, gate),
      access.updateAttribute(user, 'nickname', gate),
      access.disableUser(user, gate),
      access.deleteUser(other, gate),
      access.addToGroup(user, group, gate),
      access.removeFromGroup(other, group, gate),
      factors.associateTotp(user, session.operation, gate),
      factors.verifyTotp(user, session.operation, association.operation, gate),
      factors.preferTotp(user, gate),
      factors.confirmDevice(user, session.operation, gate),
      factors.forgetDevice(user, device.operation, gate),
    ]
    for (const write of writes) await workload.attempt(write)

    const lookAround = async (): Promise<void> => {
      for (const { name } of [primary, replica]) {
        const course = { to: name, purpose: 'probe' } as const
        for (const who of [user, other, newcomer, invited])
          await workload.attempt(read(who, course))
        await workload.attempt(access.readGroups(user, { [group]: joined.operation }, course))
        await workload.attempt(access.readGroups(other, { [group]: joined.operation }, course))
        await workload.attempt(signInRead(user, refusedPassword, course))
        await workload.attempt(signInRead(user, password, course))
      }
    }
    await lookAround()
    await clients.failover()
    await clients.failback()
    await lookAround()
  },
})

type Course = Pick<Intent, 'to' | 'purpose'>

/** Everything that can be read of a user. */
function read(user: string, course: Course): Intent {
  const reads = [
    registerName(user, 'existence'),
    registerName(user, 'enabled'),
    registerName(user, 'factor'),
    registerName(user, 'attribute', 'nickname'),
  ]
  return { function: 'read-user', user, arguments: {}, reads, lane: user, ...course }
}

/** Whether a password is the one of the user. */
function signInRead(user: string, label: string, course: Course): Intent {
  return { ...access.signIn(user, label, course), reads: [registerName(user, 'password')] }
}
