import { expect, test } from 'vitest'
import { CookieJar } from './cookie-jar.ts'
import { formsOf } from './html-forms.ts'

// Goal: a sign-in finds its way through pages that others wrote. Method: pages and cookies as they
// are written by hand and by frameworks.

test('a form has what is sent as it is, what people fill in, and its button', () => {
  const html = `<FORM method=post action='/login?x=1&amp;y=2'>
    <input type="hidden" name="csrf" value="a&quot;&#98;&#x63;">
    <input name=user autofocus><input type="password" name="pass">
    <button name="action" value="default">Go</button></FORM>
    <form><input type="submit" value="nameless"></form>`
  expect(formsOf(html)).toEqual([
    {
      method: 'POST',
      action: '/login?x=1&y=2',
      hidden: { csrf: 'a"bc' },
      inputs: [
        { name: 'user', type: 'text', value: '' },
        { name: 'pass', type: 'password', value: '' },
        { name: 'action', type: 'submit', value: 'default' },
      ],
    },
    { method: 'GET', action: '', hidden: {}, inputs: [] },
  ])
})

test('a page without a form has none', () => {
  expect(formsOf('<p>Sorry</p>')).toEqual([])
})

test('cookies of one header are told apart, kept by path, and forgotten when they end', () => {
  const jar = new CookieJar()
  jar.take('a=1; path=/; expires=Wed, 21 Oct 2099 07:28:00 GMT, b=2; Path=/login; HttpOnly')
  expect(jar.headerFor('/login/page?x=1')).toBe('a=1; b=2')
  expect(jar.headerFor('/loginpage')).toBe('a=1')
  jar.take('a=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT')
  jar.take('b=2; path=/login; max-age=0')
  expect(jar.headerFor('/login')).toBeUndefined()
})
