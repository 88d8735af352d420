import type { LinkPlan } from '../contract.ts'

/** The Region whose name stands in pool ids and issuers. */
export const primaryRegion = 'us-east-1'

export const replicaRegion = 'us-west-2'

/** An API behind a link carries data if it says that it is well. */
export const apiCanary: LinkPlan['canary'] = {
  send: 'GET /health HTTP/1.1\r\nHost: health.invalid\r\nConnection: close\r\n\r\n',
  expect: 'HTTP/1.1 200',
}

/** The same for a Region, which gives back what it is sent: a link can be tried with many bytes. */
export const regionCanary: LinkPlan['canary'] = {
  ...apiCanary,
  padded: {
    send: 'GET /health?padding={padding} HTTP/1.1\r\nHost: health.invalid\r\nConnection: close\r\n\r\n',
    expect: '{padding}',
    bytesMax: 8_192,
  },
}
