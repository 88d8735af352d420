import type { FormInput, HtmlForm, SignInBrowser, SignInScript } from './browser.ts'

/** Forms of one sign-in: name, password, consent, and one to spare. */
const formsMax = 6

const nameTypes: ReadonlySet<string> = new Set(['text', 'email', 'tel', ''])

/** What a form may ask for besides name and password. */
const codeName = /otp|totp|code|passcode|mfa|token/i

/**
 * Fills in forms with name and password, on one page or on two, and agrees to what is asked after
 * it. A password that is asked for once more was wrong; a code that is asked for is a second
 * factor.
 */
export const plainSignIn: SignInScript = async (browser, { username, password }) => {
  let given = false
  for (let turn = 0; turn < formsMax && browser.page !== undefined; turn += 1) {
    const form = signInForm(browser.page.forms)
    if (form === undefined) break
    const asked = form.inputs.find(({ type }) => type === 'password')
    const name = form.inputs.find((input) => nameTypes.has(input.type))
    if (asked !== undefined) {
      if (given) browser.refuse('wrong-password')
      given = true
      const named = name === undefined ? {} : { [name.name]: username }
      await browser.submit(form, { ...pressed(form), ...named, [asked.name]: password })
    } else if (name === undefined) {
      await browser.submit(form, pressed(form))
    } else if (given) {
      browser.refuse(codeName.test(name.name) ? 'challenge-required' : 'sign-in-page-unknown')
    } else {
      await browser.submit(form, { ...pressed(form), [name.name]: username })
    }
  }
  ended(browser, given)
}

function ended(browser: SignInBrowser, given: boolean): void {
  if (browser.page === undefined) return
  const { status } = browser.page
  browser.refuse(
    given && (status === 401 || status === 403) ? 'wrong-password' : 'sign-in-page-unknown',
  )
}

/** The form that asks for a password, else for a name, else the first one that is sent. */
function signInForm(forms: readonly HtmlForm[]): HtmlForm | undefined {
  const asks = (holds: (input: FormInput) => boolean): HtmlForm | undefined =>
    forms.find(({ inputs }) => inputs.some(holds))
  return (
    asks(({ type }) => type === 'password') ??
    asks(({ type }) => nameTypes.has(type)) ??
    forms.find(({ method }) => method === 'POST')
  )
}

/** The button of a form, where it has a name: some pages want to know which was pressed. */
function pressed({ inputs }: HtmlForm): Readonly<Record<string, string>> {
  const button = inputs.find(({ type }) => type === 'submit')
  return button === undefined ? {} : { [button.name]: button.value }
}
