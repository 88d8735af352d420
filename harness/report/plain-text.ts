/**
 * Text that came from a tested system or a user, made safe for a terminal and for one line: every
 * control character, bidirectional override and lone surrogate becomes a visible escape.
 */
export function plainText(text: string): string {
  let plain = ''
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    plain += isHidden(point) ? `\\u${point.toString(16).padStart(4, '0')}` : character
  }
  return plain
}

function isHidden(point: number): boolean {
  return (
    point < 0x20 ||
    (point >= 0x7f && point <= 0x9f) ||
    (point >= 0x200b && point <= 0x200f) ||
    (point >= 0x2028 && point <= 0x202e) ||
    (point >= 0x2066 && point <= 0x2069) ||
    (point >= 0xd800 && point <= 0xdfff) ||
    (point & 0xfffe) === 0xfffe ||
    point === 0xfeff
  )
}
