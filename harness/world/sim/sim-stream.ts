import { LinkError } from '../../kernel/errors.ts'
import type { Connection } from '../../target/region.ts'
import type { Owner } from './owner.ts'
import type { Scheduler } from './scheduler.ts'
import type { LinkConnection, SimLink } from './sim-link.ts'
import type { Pipe } from './sim-pipe.ts'
import { hashBytes } from './trace.ts'

/** Who takes new streams to one service: the Region behind a link, while it listens. */
export interface Listener {
  readonly owner: Owner
  accept(connection: Connection): void
}

/** Bytes are handed over by reference: whoever sends them must not change them afterwards. */
class StreamEnd implements Connection {
  peer: StreamEnd | undefined
  readonly #scheduler: Scheduler
  readonly #owner: Owner
  readonly #out: Pipe
  readonly #onClosed: () => void
  #received: Uint8Array[] = []
  #closed = false
  readonly #dataListeners: ((bytes: Uint8Array) => void)[] = []
  readonly #closeListeners: (() => void)[] = []

  constructor(scheduler: Scheduler, owner: Owner, out: Pipe, onClosed: () => void) {
    this.#scheduler = scheduler
    this.#owner = owner
    this.#out = out
    this.#onClosed = onClosed
    owner.atDeath.add(this.#die)
  }

  get closed(): boolean {
    return this.#closed
  }

  send(bytes: Uint8Array): void {
    this.#scheduler.inside('connection.send')
    if (this.#closed || !this.#owner.alive) return
    const deliver = (): void => this.peer?.receive(bytes)
    this.#out.send(`data ${bytes.length}`, hashBytes(bytes), deliver, 'data', bytes.length)
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#dataListeners.push(listener)
    if (this.#received.length === 0 || !this.#owner.alive) return
    this.#scheduler.after(0, `unread ${this.#owner.label}`, () =>
      this.#owner.enter(() => {
        for (const bytes of this.#received.splice(0)) this.#hand(bytes)
      }),
    )
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener)
    if (this.#closed && this.#owner.alive) this.#tellLater()
  }

  close(): void {
    this.#scheduler.inside('connection.close')
    if (this.#closed || !this.#owner.alive) return
    this.#end()
    this.#out.send('close', 0, () => this.peer?.end(), 'end')
    this.#tellLater()
  }

  receive(bytes: Uint8Array): void {
    this.#owner.enter(() => {
      if (this.#closed) return
      if (this.#dataListeners.length === 0 || this.#received.length > 0) this.#received.push(bytes)
      else this.#hand(bytes)
    })
  }

  /** The peer closed or is gone, and all that it sent before has arrived. */
  end(): void {
    this.#owner.enter(() => {
      if (this.#closed) return
      this.#end()
      this.#tell()
    })
  }

  /** The link reset the stream. */
  reset(): void {
    if (this.#closed) return
    this.#end()
    this.#tellLater()
  }

  /** A dead process cannot close in order, but its kernel closes what it held. */
  readonly #die = (): void => {
    if (this.#closed) return
    this.#end()
    this.#out.send('close', 0, () => this.peer?.end(), 'end')
  }

  #end(): void {
    this.#closed = true
    this.#owner.atDeath.delete(this.#die)
    this.#onClosed()
  }

  #hand(bytes: Uint8Array): void {
    for (const listener of this.#dataListeners) listener(bytes)
  }

  /** Each listener hears of the end once. */
  #tell(): void {
    for (const listener of this.#closeListeners.splice(0)) listener()
  }

  #tellLater(): void {
    this.#scheduler.after(0, `closed ${this.#owner.label}`, () =>
      this.#owner.enter(() => this.#tell()),
    )
  }
}

/** What opening a stream needs. */
export interface StreamRequest {
  readonly scheduler: Scheduler
  readonly link: SimLink
  readonly near: Owner
  /** Asked when the request to open arrives at the far end. */
  readonly listener: () => Listener | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens a stream over a link. As behind a real proxy, the link itself accepts: where nobody listens
 * at the far end, the stream opens and ends at once.
 *
 * @returns Rejects with a {@link LinkError} if the link is cut, with the signal's reason if that
 *   aborts first; stays open for ever if the near end dies.
 */
export function openStream(request: StreamRequest): Promise<Connection> {
  const { scheduler, link, near, signal } = request
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    let pending = true
    const settle = (work: () => void): void => {
      if (!pending) return
      pending = false
      signal?.removeEventListener('abort', onAbort)
      work()
    }
    const fail = (what: string): void =>
      near.enter(() => settle(() => reject(new LinkError(`link "${link.name}" ${what}`))))
    let abandon = (): void => {}
    const onAbort = (): void =>
      settle(() => {
        abandon()
        reject(signal?.reason)
      })
    signal?.addEventListener('abort', onAbort, { once: true })
    if (link.refusing) {
      scheduler.after(link.latencyMicros, `${link.name} refused`, () => fail('refused'))
      return
    }
    const connection = link.open(() => {
      if (pending) scheduler.after(0, `${link.name} reset`, () => fail('was reset'))
      nearEnd.reset()
      nearEnd.peer?.reset()
    })
    const nearEnd = endOf(request, connection)
    abandon = () => nearEnd.close()
    connection.upstream.send('open', 0, () => accept(request, connection, nearEnd), 'control')
    connection.downstream.send(
      'opened',
      0,
      () => near.enter(() => settle(() => resolve(nearEnd))),
      'control',
    )
  })
}

function endOf({ scheduler, link, near }: StreamRequest, connection: LinkConnection): StreamEnd {
  const end: StreamEnd = new StreamEnd(scheduler, near, connection.upstream, () => {
    if (end.peer?.closed) link.forget(connection)
  })
  return end
}

function accept(request: StreamRequest, connection: LinkConnection, nearEnd: StreamEnd): void {
  const { scheduler, link } = request
  const listener = request.listener()
  if (listener === undefined) {
    const tell = (): void => {
      link.forget(connection)
      nearEnd.end()
    }
    connection.downstream.send('close', 0, tell, 'end')
    return
  }
  const farEnd = new StreamEnd(scheduler, listener.owner, connection.downstream, () => {
    if (nearEnd.closed) link.forget(connection)
  })
  nearEnd.peer = farEnd
  farEnd.peer = nearEnd
  listener.owner.enter(() => listener.accept(farEnd))
}
