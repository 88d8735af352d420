import type { LinkPlan } from '../contract.ts'

/** Version 3.0 of PostgreSQL's protocol. */
const version = '\u0000\u0003\u0000\u0000'

/** Names and values that begin a connection; nobody has to exist. */
const startup = 'user\u0000canary\u0000database\u0000canary\u0000'

/** A server that wants to know who comes answers with `R` and a length below 256. */
const expect = 'R\u0000\u0000\u0000'

/**
 * PostgreSQL behind a link: the first message of a connection, which it answers before it knows
 * who comes (PostgreSQL 15 documentation, section 55.7). What it does not know of the protocol it
 * names in its answer: so a link can be tried with many bytes. No byte is above 127.
 */
export const databaseCanary: LinkPlan['canary'] = {
  send: withLength(`${version}${startup}\u0000`),
  expect,
  padded: {
    send: `${version}${startup}_pq_.{padding}\u0000\u0000\u0000`,
    expect: '_pq_.{padding}\u0000',
    bytesMax: 8_192,
    lengthFirst: true,
  },
}

function withLength(body: string): string {
  return `\u0000\u0000\u0000${String.fromCharCode(body.length + 4)}${body}`
}
