import type { BruteForce } from './brute-force.ts'
import { type Exchange, exchanges } from './exchanges.ts'
import { primary, replica } from './history-builder.ts'
import type { PlainHistory } from './plain-history.ts'

interface PlainAnswer {
  readonly one: Exchange
  readonly label: string
  readonly accepted: boolean
  readonly inv: number
  readonly end: number
}

interface PlainLife {
  readonly label: string
  readonly addInv: number
  readonly addEnd: number
  readonly deleteInv: number
  readonly deleteEnd: number
}

function answersAt(history: PlainHistory, region: string): readonly PlainAnswer[] {
  return exchanges(history)
    .filter(({ invoke }) => invoke.function === 'machine-sign-in' && invoke.region === region)
    .flatMap((one) => {
      const { invoke, answer } = one
      const accepted = answer?.type === 'ok'
      const isRefused = ['wrong-credentials', 'absent'].includes(answer?.error?.meaning ?? '')
      if (answer === undefined || (!accepted && !isRefused)) return []
      const label = String(invoke.arguments.secret ?? 'first')
      return [{ one, label, accepted, inv: invoke.at, end: answer.at }]
    })
    .sort((a, b) => a.end - b.end)
}

function livesOf(history: PlainHistory): readonly PlainLife[] {
  const own = history.writes.filter(({ outcome }) => outcome !== 'fail')
  const labels = new Set(['first', ...own.map(({ register }) => register.split(':')[1] ?? '')])
  return [...labels].map((label) => {
    const writes = own.filter(({ register }) => register === `m1/secret:${label}`)
    const add = writes.find(({ value }) => value !== null)
    // Of several deletes the last answered one is meant; what was never answered comes last.
    const deletes = writes.filter(({ value }) => value === null)
    const gone = [...deletes].sort((a, b) => a.answeredAt - b.answeredAt).at(-1)
    return {
      label,
      addInv: add?.inv ?? -Infinity,
      addEnd: add?.end ?? -Infinity,
      deleteInv: gone?.inv ?? Infinity,
      deleteEnd: gone?.end ?? Infinity,
    }
  })
}

/** True if two refusals enclose the time and no success of the secret came between them. */
function isRefusedIn(answers: readonly PlainAnswer[], label: string, from: number, to: number) {
  const own = answers.filter((answer) => answer.label === label)
  return own.some(
    (before, first) =>
      !before.accepted &&
      before.end <= from &&
      own.some((after, last) => {
        const between = own.slice(Math.min(first, last), Math.max(first, last) + 1)
        return after.inv >= to && between.every(({ accepted }) => !accepted)
      }),
  )
}

/** The secrets checker: every piece of time by itself. */
export function bruteForceSecrets(history: PlainHistory): BruteForce {
  const lives = livesOf(history)
  let gap: readonly [number, number] = [0, 0]
  let old: readonly [number, number] | undefined
  let count = 0
  const findings = new Set<string>()
  for (const region of [primary, replica]) {
    const answers = answersAt(history, region)
    if (answers.length === 0) {
      if (history.writes.some(({ outcome }) => outcome !== 'fail')) gap = [gap[0], Infinity]
      continue
    }
    count += answers.length
    const [low, until] = certain(answers, lives)
    const refusal = lives
      .flatMap(({ label }) => runsOf(answers.filter((answer) => answer.label === label)))
      .filter((run) => !run[0]?.accepted)
      .map((run) => run.reduce((a, b) => (b.inv > a.inv ? b : a)))
      .filter(({ inv }) => inv >= until)
      .sort((a, b) => a.inv - b.inv)[0]
    if (low > 0) findings.add(`no-secret-works ${refusal?.one.invoke.operation}`)
    gap = [Math.max(gap[0], low), Math.max(gap[1], low, possible(answers, lives))]
    for (const { label, deleteInv, deleteEnd } of lives) {
      const used = answers.filter((answer) => answer.label === label)
      const after = used.filter(({ inv }) => inv > deleteEnd)
      if (deleteEnd === Infinity || after.length === 0) continue
      const last = Math.max(-Infinity, ...after.filter((one) => one.accepted).map(({ inv }) => inv))
      const runs = runsOf(used).filter((run) => run.some(({ inv }) => inv > deleteEnd))
      const refused = runs.find((run) => !run[0]?.accepted && (run[0]?.end ?? 0) > last)
      const end = refused?.[0]?.end ?? Infinity
      const stayed = last === -Infinity ? 0 : last - deleteEnd
      const until = end === Infinity ? Infinity : Math.max(end, deleteEnd) - deleteInv
      const lastOne = after.filter((one) => one.accepted).sort((a, b) => b.inv - a.inv)[0]
      if (lastOne !== undefined) findings.add(`old-secret ${lastOne.one.invoke.operation}`)
      old = [Math.max(old?.[0] ?? 0, stayed), Math.max(old?.[1] ?? 0, until)]
    }
  }
  const seconds = ([a, b]: readonly [number, number]) => [a / 1e6, b / 1e6] as const
  return {
    values: {
      'secrets.gapSeconds': count === 0 ? [0, Infinity] : seconds(gap),
      'secrets.oldAcceptedSeconds': old === undefined ? [0, Infinity] : seconds(old),
    },
    findings,
  }
}

function runsOf(answers: readonly PlainAnswer[]): readonly (readonly PlainAnswer[])[] {
  const runs: PlainAnswer[][] = []
  for (const answer of answers) {
    const last = runs.at(-1)
    if (last?.[0]?.accepted === answer.accepted) last.push(answer)
    else runs.push([answer])
  }
  return runs
}

function certain(
  answers: readonly PlainAnswer[],
  lives: readonly PlainLife[],
): readonly [number, number] {
  const points = [
    ...answers.flatMap(({ inv, end }) => [inv, end]),
    ...lives.flatMap((life) => [life.addInv, life.addEnd, life.deleteInv, life.deleteEnd]),
  ].filter(Number.isFinite)
  const times = [...new Set(points)].sort((a, b) => a - b)
  const isGap = (from: number, to: number): boolean =>
    lives.some((life) => life.addEnd <= from && life.deleteInv >= to) &&
    lives
      .filter((life) => life.addInv < to && life.deleteEnd > from)
      .every(({ label }) => isRefusedIn(answers, label, from, to))
  let longest = 0
  let until = 0
  for (let first = 0; first < times.length; first += 1) {
    for (let last = first; last + 1 < times.length; last += 1) {
      if (!isGap(times[last] ?? 0, times[last + 1] ?? 0)) break
      const length = (times[last + 1] ?? 0) - (times[first] ?? 0)
      if (length <= longest) continue
      longest = length
      until = times[last + 1] ?? 0
    }
  }
  return [longest, until]
}

/**
 * Pieces of time that no known success covers: before the first one with a refusal of an existing
 * secret in them or an earlier try, after the last one with a refusal or a change of the secrets.
 */
function possible(answers: readonly PlainAnswer[], lives: readonly PlainLife[]): number {
  const spans = lives.flatMap(({ label, deleteInv }) =>
    runsOf(answers.filter((answer) => answer.label === label))
      .filter((run) => run[0]?.accepted && run[0].end <= deleteInv)
      .map((run) => ({
        sent: Math.min(...run.map(({ inv }) => inv)),
        from: run[0]?.end ?? 0,
        to: Math.min(Math.max(...run.map(({ inv }) => inv)), deleteInv),
      })),
  )
  const refusals = lives.flatMap((life) =>
    runsOf(answers.filter((answer) => answer.label === life.label))
      .filter((run) => !run[0]?.accepted)
      .map((run) => ({
        from: Math.max(Math.min(...run.map(({ inv }) => inv)), life.addEnd),
        to: Math.min(Math.max(...run.map(({ end }) => end)), life.deleteInv),
        life,
      })),
  )
  const began = Math.min(
    ...answers
      .filter(({ label }) => lives.some((life) => life.label === label))
      .map(({ inv }) => inv),
  )
  const changes = lives.flatMap(({ addInv, deleteInv }) => [addInv, deleteInv])
  const changed = Math.max(-Infinity, ...changes.filter(Number.isFinite))
  let longest = 0
  for (const end of [...spans.map(({ from }) => from), Infinity]) {
    const start = Math.max(began, ...spans.filter(({ from }) => from < end).map(({ to }) => to))
    const met = refusals.some(
      ({ from, to, life }) =>
        from < to &&
        from < end &&
        to > start &&
        Math.max(start, life.addEnd) < Math.min(end, life.deleteInv),
    )
    const before = spans.filter(({ from }) => from < end)
    const ending = spans.filter(({ from }) => from === end)
    const unseen =
      end === Infinity
        ? start < changed
        : before.length > 0 || ending.every(({ sent }) => sent > began)
    if (met || unseen) longest = Math.max(longest, end - start)
  }
  return longest
}
