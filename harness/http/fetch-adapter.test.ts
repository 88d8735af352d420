import { describe, expect, it } from 'vitest'
import { fetchOver } from './fetch-adapter.ts'
import { HttpError, type HttpRequest, type HttpResponse } from './http.ts'

// Goal: an SDK that takes a `fetch` talks to an HttpClient without loss. Method: a client that
// answers from a function and keeps what it was sent.

function recording(answer: (request: HttpRequest) => HttpResponse) {
  const requests: HttpRequest[] = []
  const fetch = fetchOver({
    send: async (request) => {
      requests.push(request)
      return answer(request)
    },
  })
  return { fetch, requests }
}

describe('fetchOver', () => {
  it('turns a request into a record and a record into an answer', async () => {
    const { fetch, requests } = recording(() => ({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"made":true}'),
    }))
    const answer = await fetch('https://pool.example/users?limit=2', {
      method: 'POST',
      headers: { 'X-Amz-Target': 'Service.Operation' },
      body: '{"Name":"ada"}',
    })
    expect([answer.status, await answer.json()]).toEqual([201, { made: true }])
    expect(requests.map((r) => ({ ...r, body: Buffer.from(r.body).toString() }))).toEqual([
      {
        method: 'POST',
        path: '/users?limit=2',
        headers: {
          'content-type': 'text/plain;charset=UTF-8',
          'x-amz-target': 'Service.Operation',
        },
        body: '{"Name":"ada"}',
      },
    ])
  })

  it('takes answers that carry no body', async () => {
    const { fetch } = recording(() => ({ status: 204, headers: {}, body: new Uint8Array(0) }))
    const answer = await fetch('http://pool.example/')
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  })

  it('passes the failure of the exchange on', async () => {
    const { fetch } = recording(() => {
      throw new HttpError('gone', { sent: 'maybe', failure: 'reset' })
    })
    await expect(fetch('http://pool.example/')).rejects.toMatchObject({ failure: 'reset' })
  })

  it('passes the signal on', async () => {
    const fetch = fetchOver({
      send: (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
        }),
    })
    const controller = new AbortController()
    const answer = fetch('http://pool.example/', { signal: controller.signal })
    setImmediate(() => controller.abort(new Error('given up')))
    await expect(answer).rejects.toThrow('given up')
  })

  it('refuses what HTTP cannot carry', async () => {
    const { fetch } = recording(() => ({ status: 200, headers: {}, body: new Uint8Array(0) }))
    await expect(fetch('data:text/plain,x')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[InvariantError: fetch of a data: URL; expected http: or https:]`,
    )
  })
})
