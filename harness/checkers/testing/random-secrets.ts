import type { EventLine } from '../../history/line.ts'
import type { Choices } from './choices.ts'
import { HistoryBuilder, primary, replica } from './history-builder.ts'

/** A random history of a machine client whose secrets come and go. */
export function randomSecrets(choices: Choices): readonly EventLine[] {
  const builder = new HistoryBuilder()
  const labels = ['first']
  const open: { readonly operation: string; readonly signsIn: boolean }[] = []
  let process = 0
  const answer = (): void => {
    const [waiting] = open.splice(choices.below(open.length), 1)
    if (waiting === undefined) return
    const type = choices.pick(['ok', 'ok', 'fail', 'fail', 'info'] as const)
    const meaning = choices.pick(['wrong-credentials', 'absent', 'throttled'] as const)
    builder.complete(waiting.operation, type === 'fail' ? { type, meaning } : { type })
  }
  const change = (): void => {
    const adds = labels.length < 3 && choices.chance(60)
    const label = adds ? builder.nextId : choices.pick(labels)
    if (adds) labels.push(label)
    const writes = [{ register: `m1/secret:${label}`, value: adds ? label : 'deleted' }]
    const fn = adds ? 'add-secret' : 'delete-secret'
    open.push({
      operation: builder.invoke('m1', { process, function: fn, writes }),
      signsIn: false,
    })
  }
  for (let step = 0; step < 24; step += 1) {
    process += 1
    if (choices.chance(15)) change()
    else {
      const secret = choices.pick(labels)
      const given = secret === 'first' && choices.chance(30) ? {} : { secret }
      const region = choices.chance(75) ? primary : replica
      const options = { process, function: 'machine-sign-in', region, arguments: given } as const
      open.push({ operation: builder.invoke('m1', options), signsIn: true })
    }
    builder.wait(choices.below(9))
    while (open.length > 0 && choices.chance(75)) answer()
  }
  while (open.length > 0 && choices.chance(85)) answer()
  return builder.end()
}
