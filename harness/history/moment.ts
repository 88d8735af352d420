/**
 * Moments of a game day that people mark. `detection`: somebody, or an alarm, knew of it;
 * `decision`: it was decided to fail over; `switch`: the routing was changed, by whatever means;
 * `failback`: it was changed back; `end`: the game day is over.
 */
export const momentNames = ['detection', 'decision', 'switch', 'failback', 'end'] as const

export type MomentName = (typeof momentNames)[number]

/** What people write for each. */
export const momentLabels: Readonly<Record<MomentName, readonly string[]>> = {
  detection: ['detection', 'detected', 'alarm'],
  decision: ['decision', 'decided'],
  switch: ['switch', 'switched', 'routing flipped'],
  failback: ['failback', 'failed back', 'routing flipped back'],
  end: ['end', 'over'],
}

/** The moment that a label names, whatever its capitals; undefined: a note. */
export function momentOf(label: string): MomentName | undefined {
  const plain = label.trim().toLowerCase().replaceAll(/\s+/g, ' ')
  return momentNames.find((name) => momentLabels[name].includes(plain))
}
