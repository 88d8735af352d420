import { expect, test } from 'vitest'
import type { HttpRequest, HttpResponse } from '../http/http.ts'
import {
  codeChallengeOf,
  type HostedPages,
  openSignInPage,
  redeemCode,
  submitSignIn,
} from './hosted-sign-in.ts'
import { readForm } from './hosted-sign-in-form.ts'

const redirectUri = 'https://app.example.com/callback'
const request = { clientId: 'web', redirectUri }

/** Pages that answer one thing to everything, and what they were sent. */
function pagesThat(answer: Partial<HttpResponse> & { readonly text?: string }): {
  readonly pages: HostedPages
  readonly sent: HttpRequest[]
} {
  const sent: HttpRequest[] = []
  const response = {
    status: answer.status ?? 200,
    headers: answer.headers ?? {},
    body: Buffer.from(answer.text ?? ''),
  }
  const send = async (one: HttpRequest): Promise<HttpResponse> => {
    sent.push(one)
    return response
  }
  return { pages: { host: 'login.example.com', http: { send } }, sent }
}

const form =
  '<form method="post" action="/login?a=1&amp;b=2">' +
  '<input type="hidden" name="_csrf" value="t&quot;&#39;&lt;">' +
  '<input id="username" name="username" type="text" required>' +
  '<input id="password" name="password" type="password" required></form>'

test('a form is read with its entities, and text that looks like one stays text', () => {
  expect(readForm(`<p>&lt;form action=""&gt;</p>${form}`)).toEqual({
    form: {
      action: '/login?a=1&b=2',
      hidden: { _csrf: 't"\'<' },
      asks: ['username', 'password'],
    },
  })
  expect(readForm('<p id="alert" role="alert" data-error="E">No &amp; no.</p>')).toEqual({
    alert: { type: 'E', message: 'No & no.' },
  })
  expect(readForm('')).toEqual({})
})

test('each step is one request, and the form goes back with its cookie and hidden fields', async () => {
  const headers = { 'set-cookie': 'XSRF-TOKEN=t; Path=/; HttpOnly' }
  const { pages, sent } = pagesThat({ headers, text: form })
  const codeVerifier = 'v'.repeat(43)
  const opened = await openSignInPage(pages, { ...request, codeVerifier }, { cookie: 'cognito=s' })
  expect(sent).toHaveLength(1)
  expect(sent[0]?.headers).toMatchObject({ host: 'login.example.com', cookie: 'cognito=s' })
  const query = new URLSearchParams(sent[0]?.path.split('?')[1])
  expect(Object.fromEntries(query)).toEqual({
    response_type: 'code',
    client_id: 'web',
    redirect_uri: redirectUri,
    code_challenge: codeChallengeOf(codeVerifier),
    code_challenge_method: 'S256',
  })
  if (opened.kind !== 'page') throw new Error(opened.kind)
  await submitSignIn(pages, opened.page, { username: 'ada', password: 'p&q' })
  expect(sent).toHaveLength(2)
  expect(sent[1]).toMatchObject({ method: 'POST', path: '/login?a=1&b=2' })
  expect(sent[1]?.headers.cookie).toBe('XSRF-TOKEN=t')
  const body = new URLSearchParams(Buffer.from(sent[1]?.body ?? '').toString())
  expect(Object.fromEntries(body)).toEqual({ _csrf: 't"\'<', username: 'ada', password: 'p&q' })
  await expect(submitSignIn(pages, opened.page, { answer: '1' })).rejects.toThrow(
    'the page does not ask for "answer"',
  )
})

test.each([
  [
    { status: 302, headers: { location: `${redirectUri}?code=c&state=s` } },
    { kind: 'code', code: 'c', state: 's' },
  ],
  [
    { status: 302, headers: { location: `${redirectUri}?error=login_required` } },
    { kind: 'refused', status: 302, error: 'login_required' },
  ],
  [
    { status: 302, headers: { location: 'https://evil.example.com/?code=c' } },
    { kind: 'refused', status: 302, error: 'unexpected_redirect' },
  ],
  [
    { status: 400, text: '<p role="alert" data-error="NotAuthorizedException">No.</p>' },
    { kind: 'refused', status: 400, error: 'NotAuthorizedException', message: 'No.' },
  ],
  [
    { status: 503, text: 'busy' },
    { kind: 'refused', status: 503, error: 'HTTP 503' },
  ],
])('the answer %j is told as %j', async (answer, step) => {
  expect(await openSignInPage(pagesThat(answer).pages, request)).toEqual(step)
})

test('a code is redeemed by a public client, and by one that shows its secret', async () => {
  const { pages, sent } = pagesThat({ text: '{"access_token":"a"}' })
  const code = { code: 'c', redirectUri }
  expect(await redeemCode(pages, { clientId: 'web' }, code)).toEqual({
    status: 200,
    body: { access_token: 'a' },
  })
  await redeemCode(pages, { clientId: 'server', clientSecret: 's:t' }, code)
  expect(Buffer.from(sent[0]?.body ?? '').toString()).toContain('client_id=web')
  const basic = sent[1]?.headers.authorization?.slice('Basic '.length) ?? ''
  expect(Buffer.from(basic, 'base64').toString()).toBe('server:s%3At')
  const noJson = pagesThat({ status: 502, text: '<html>' }).pages
  expect(await redeemCode(noJson, { clientId: 'web' }, code)).toEqual({ status: 502, body: {} })
})
