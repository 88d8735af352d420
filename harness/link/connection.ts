import { connect, type Socket } from 'node:net'
import type { Micros } from '../kernel/time.ts'
import type { Address } from './address.ts'
import type { HeldBytes } from './held-bytes.ts'
import { linkLimits } from './limits.ts'
import { type StreamSink, ToxicStream } from './stream.ts'

/** Direction of a toxic in Toxiproxy's words: `upstream` runs from the client to the server. */
export type StreamDirection = 'upstream' | 'downstream'

/** What a connection needs. */
export interface ConnectionPorts {
  readonly client: Socket
  readonly upstream: Address
  readonly ordinal: number
  readonly now: () => Micros
  readonly held: HeldBytes
  /** Called once, when both sockets are closed. */
  readonly onClosed: (connection: LinkConnection) => void
}

/** One accepted connection, its counterpart at the upstream, and the two streams between them. */
export class LinkConnection {
  /** Counts the connections of a proxy from 1. */
  readonly ordinal: number
  readonly streams: Readonly<Record<StreamDirection, ToxicStream>>
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #onClosed: (connection: LinkConnection) => void
  #open = 2
  #over = false
  #lingerTimer: NodeJS.Timeout | undefined

  constructor(ports: ConnectionPorts) {
    this.ordinal = ports.ordinal
    this.#onClosed = ports.onClosed
    this.#client = ports.client
    this.#upstream = connect({
      host: ports.upstream.host,
      port: ports.upstream.port,
      noDelay: true,
      allowHalfOpen: true,
    })
    const upstreamSink = new SocketSink(this.#upstream, this)
    const clientSink = new SocketSink(this.#client, this)
    const shared = { now: ports.now, held: ports.held }
    this.streams = {
      upstream: new ToxicStream({ sink: upstreamSink, source: this.#client, ...shared }),
      downstream: new ToxicStream({ sink: clientSink, source: this.#upstream, ...shared }),
    }
    this.#wire(this.#client, clientSink, this.streams.upstream, this.streams.downstream)
    this.#wire(this.#upstream, upstreamSink, this.streams.downstream, this.streams.upstream)
    const upstream = this.#upstream
    const timer = setTimeout(() => {
      upstream.destroy(new Error('the upstream did not answer'))
    }, linkLimits.upstreamConnectMillisMax)
    for (const event of ['connect', 'close']) {
      upstream.once(event, () => clearTimeout(timer))
    }
  }

  get heldBytes(): Readonly<Record<StreamDirection, number>> {
    return {
      upstream: this.streams.upstream.heldBytes,
      downstream: this.streams.downstream.heldBytes,
    }
  }

  /** Ends both sides in order: what was written still leaves, what toxics hold is dropped. */
  close(): void {
    if (!this.#finish()) return
    for (const socket of [this.#client, this.#upstream]) socket.destroySoon()
    this.#linger()
  }

  /** Resets both sides at once and drops everything. */
  abort(): void {
    this.#finish()
    for (const socket of [this.#client, this.#upstream]) resetSocket(socket)
  }

  /** Closes both sockets at once. */
  destroy(): void {
    this.#finish()
    for (const socket of [this.#client, this.#upstream]) socket.destroy()
  }

  #wire(socket: Socket, sink: SocketSink, outgoing: ToxicStream, incoming: ToxicStream): void {
    let failed = false
    socket.on('data', (bytes) => outgoing.push({ kind: 'data', bytes }))
    socket.on('end', () => outgoing.push({ kind: 'end' }))
    socket.on('drain', () => {
      sink.onDrain()
      incoming.pump()
    })
    socket.on('error', () => {
      failed = true
    })
    socket.on('close', () => {
      // Nobody receives at this socket any more; its breaking travels on in order.
      incoming.discard()
      if (failed) outgoing.push({ kind: 'reset' })
      this.#open -= 1
      if (this.#open === 0) this.#dispose()
    })
  }

  #finish(): boolean {
    if (this.#over) return false
    this.#over = true
    this.streams.upstream.close()
    this.streams.downstream.close()
    this.#client.resume()
    this.#upstream.resume()
    return true
  }

  #linger(): void {
    this.#lingerTimer = setTimeout(() => this.destroy(), linkLimits.lingerMillisMax)
  }

  #dispose(): void {
    this.#finish()
    clearTimeout(this.#lingerTimer)
    this.#onClosed(this)
  }
}

/** The writing side of a socket. */
class SocketSink implements StreamSink {
  full = false
  #writtenAt = Number.NEGATIVE_INFINITY
  readonly #socket: Socket
  readonly #connection: LinkConnection

  constructor(socket: Socket, connection: LinkConnection) {
    this.#socket = socket
    this.#connection = connection
  }

  write(bytes: Buffer): void {
    const socket = this.#socket
    this.#writtenAt = performance.now()
    // A write that reached the kernel at once leaves nothing behind, whatever `write` answers.
    if (!socket.write(bytes) && socket.writableLength >= linkLimits.socketBufferBytesMax) {
      this.full = true
    }
  }

  onDrain(): void {
    this.full = false
  }

  finish(kind: 'end' | 'reset' | 'close' | 'abort'): void {
    if (kind === 'end') this.#socket.end()
    else if (kind === 'close') this.#connection.close()
    else if (kind === 'abort') this.#connection.abort()
    else this.#reset()
  }

  /**
   * A reset also drops what the kernel has not delivered yet, and nobody tells when it has. So the
   * bytes that came before the reset get a moment to arrive before it.
   */
  #reset(): void {
    const socket = this.#socket
    const fresh = performance.now() - this.#writtenAt < linkLimits.resetGraceMillis
    if (socket.writableEnded || (socket.writableLength === 0 && !fresh)) {
      resetSocket(socket)
      return
    }
    const reset = (): void => resetSocket(socket)
    let timer = setTimeout(reset, linkLimits.lingerMillisMax)
    socket.once('close', () => clearTimeout(timer))
    socket.write('', () => {
      clearTimeout(timer)
      timer = setTimeout(reset, linkLimits.resetGraceMillis)
    })
  }
}

/** Closes with RST instead of FIN. A socket that is still connecting just goes. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.connecting) socket.destroy()
  else socket.resetAndDestroy()
}
