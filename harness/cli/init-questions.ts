import { InterruptedError } from '../kernel/errors.ts'
import type { InitQuestions } from './init-command.ts'

/** Questions to whoever sits at the terminal. */
export async function terminalQuestions(): Promise<InitQuestions> {
  const clack = await import('@clack/prompts')
  const cancelled = (): never => {
    throw new InterruptedError('nothing was written')
  }
  return {
    choose: async (message, choices) => {
      const options = choices.map(({ label }, index) => ({ value: index, label }))
      const answer = await clack.select<number>({ message, options })
      const chosen = clack.isCancel(answer) ? undefined : choices[answer]
      return chosen === undefined ? cancelled() : chosen.value
    },
    text: async (message, { initial, problem = () => undefined } = {}) => {
      const answer = await clack.text({
        message,
        ...(initial === undefined ? {} : { initialValue: initial }),
        validate: (value = '') =>
          value.trim() === '' ? 'It needs an answer.' : problem(value.trim()),
      })
      return typeof answer === 'string' ? answer.trim() : cancelled()
    },
    agree: async (message) => {
      const answer = await clack.confirm({ message, initialValue: false })
      return typeof answer === 'boolean' ? answer : cancelled()
    },
  }
}
