/** Every bound of the link proxy, each with its unit. */
export const linkLimits = {
  /** Open connections of one proxy; a further one is reset and counted as refused. */
  connectionsPerProxyMax: 10_000,
  proxiesMax: 1_000,
  toxicsPerProxyMax: 100,
  /** Bytes that one direction of one connection holds before its sender is slowed down. */
  holdBytesMax: 16 * 1_024 * 1_024,
  /** Bytes that all connections of the process hold together. */
  heldBytesTotalMax: 512 * 1_024 * 1_024,
  /** How often a connection that waits for room under the total looks again. */
  heldBytesRetryMillis: 25,
  /** Bytes that a pacing toxic keeps: enough for one read of a socket. */
  pacedBytesMin: 65_536,
  /** Bytes in a socket's write buffer from which its source is paused. */
  socketBufferBytesMax: 262_144,
  /** Time to reach the upstream address. */
  upstreamConnectMillisMax: 10_000,
  /** Time that written bytes get to leave before a socket is closed or reset anyway. */
  lingerMillisMax: 1_000,
  /** Time that bytes of the last moment get to reach the receiver before a reset follows them. */
  resetGraceMillis: 20,
  /** Attempts to open the port of a link again, `reopenPauseMillis` apart. */
  reopenAttemptsMax: 50,
  reopenPauseMillis: 20,
  /** Longest sleep of one timer; a later due time sleeps again. */
  timerMillisMax: 3_600_000,
  apiBodyBytesMax: 1_048_576,
  apiRequestMillisMax: 30_000,
  nameCharactersMax: 256,
  /** Time that one call of the link client may take. */
  clientCallMillisMax: 10_000,
} as const
