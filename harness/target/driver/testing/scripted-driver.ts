import type { DriverDescription } from '../describe-driver.ts'

/** What every scripted driver says of itself. */
export const scriptedDescription: DriverDescription = {
  name: 'scripted',
  model: true,
  stack: 'reference',
  capabilities: {
    functions: ['sign-up', 'sign-in', 'read-user', 'associate-totp'],
    tokens: 'opaque',
    lagMillisMax: 1_000,
    settleMillisMax: 10_000,
    clockSkewMillisMax: 0,
    replicaWrites: false,
    lockout: { scope: 'regional', threshold: 5 },
    totpOnReplica: false,
    promotion: false,
  },
}

/**
 * The command of a driver that is a good one but for what it does with `perform`.
 *
 * @param onPerform - JavaScript with the request `r`; `say(answer)` writes an answer to it, and
 *   `raw(text)` writes anything; `knock(endpoint, then)` opens a connection, and goes on anyhow.
 * @param first - JavaScript before it reads its first request; it may change `hello` and
 *   `onPrepare(request, say)`.
 */
export function scriptedDriver(onPerform: string, first = ''): readonly string[] {
  return [
    process.execPath,
    '-e',
    `
    const raw = (text) => process.stdout.write(text)
    const knock = (endpoint, then) => {
      const { hostname: host, port } = new URL(endpoint)
      const socket = require('node:net').connect({ host, port })
      for (const event of ['connect', 'error']) socket.once(event, () => { then(); then = () => {} })
    }
    const answer = (id, fields) => raw(JSON.stringify({ id, ...fields }) + '\\n')
    let onPrepare = (r, say) => say({ type: 'prepared' })
    const hello = { type: 'hello', protocol: 1, ...${JSON.stringify(scriptedDescription)} }
    ${first}
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const r = JSON.parse(line)
      const say = (fields) => answer(r.id, fields)
      if (r.type === 'hello') return say(hello)
      if (r.type === 'prepare') return onPrepare(r, say)
      ;${onPerform}
    })
    `,
  ]
}
