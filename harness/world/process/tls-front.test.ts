import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { HttpError } from '../../http/http.ts'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { seconds } from '../../kernel/time.ts'
import type { CertificateState } from '../../target/contract.ts'
import { onLoopback } from './endpoint.ts'
import { runAuthority } from './run-authority.ts'
import { startTlsFront } from './tls-front.ts'

// Goal: clients of a front trust it exactly while its certificate is good. Method: a real server
// behind it, the harness's own client, and OpenSSL's judgement through node:tls and node:crypto.

async function fronted(clock: Clock = systemClock()) {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end('behind'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const link = onLoopback((server.address() as AddressInfo).port)
  const front = await startTlsFront({
    ...{ region: 'us-west-2', authority: runAuthority() },
    ...{ link, clock },
  })
  const http = undiciHttpClient(`https://127.0.0.1:${front.port}`, { tls: front.trust })
  onTestFinished(async () => {
    await http[Symbol.asyncDispose]()
    await front.dispose()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const get = async (): Promise<string> => {
    const request = { method: 'GET', path: '/', headers: {}, body: new Uint8Array(0) }
    return http.send(request, clock.timeout(seconds(5))).then(
      ({ body }) => Buffer.from(body).toString(),
      (error: HttpError) => `${error.failure}, sent: ${error.sent}`,
    )
  }
  return { front, server, get }
}

test.each<[CertificateState, string]>([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])(
  'a certificate that is %s is refused by every client, until it is good again',
  async (state, code) => {
    const { front, get } = await fronted()
    expect(await get()).toBe('behind')
    await front.present(state)
    expect(await front.handshake(seconds(5))).toEqual({ trusted: false, code })
    expect(await get()).toBe('certificate, sent: no')
    await front.present('good')
    expect(await front.handshake(seconds(5))).toEqual({ trusted: true, code: 'trusted' })
    expect(await get()).toBe('behind')
  },
)

test('what dies behind the front is told to its clients', async () => {
  const { server, get } = await fronted()
  expect(await get()).toBe('behind')
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect(await get()).toMatch(/^(?:closed|reset), sent: maybe$/)
})

test('a handshake that nobody answers is silent', async () => {
  const { front } = await fronted({ ...systemClock(), sleep: async () => {} })
  expect(await front.handshake(seconds(5))).toEqual({ trusted: false, code: 'silent' })
})

test('certificates are what they say', () => {
  const authority = runAuthority()
  const issuer = new X509Certificate(authority.certificate)
  expect(issuer.ca).toBe(true)
  const { cert } = authority.issue('login.example', 'good')
  const leaf = new X509Certificate(cert)
  expect(leaf.ca).toBe(false)
  expect(leaf.checkHost('login.example')).toBe('login.example')
  expect(leaf.checkIssued(issuer)).toBe(true)
  expect(leaf.verify(issuer.publicKey)).toBe(true)
  const stranger = new X509Certificate(authority.issue('login.example', 'untrusted').cert)
  expect(stranger.verify(issuer.publicKey)).toBe(false)
})
