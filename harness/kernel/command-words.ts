/** What stands between blanks: plain characters, quoted texts and escaped characters. */
const word = /(?:[^\s'"\\]|'[^']*'|"(?:[^"\\]|\\.)*"|\\.)+/gsy
const part = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\])/gs

/** Characters that no shell reads as anything else. */
const plainWord = /^[\w@%+=:,./-]+$/

/**
 * The words of a command line as a POSIX shell would see them, without variables, patterns or
 * anything else that a shell does. Undefined where a quotation does not end.
 */
export function commandWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  for (let at = 0; ; ) {
    while (/\s/.test(line.charAt(at))) at += 1
    if (at >= line.length) return words
    word.lastIndex = at
    const found = word.exec(line)
    if (found === null) return undefined
    words.push(found[0].replace(part, unquoted))
    at = word.lastIndex
  }
}

/** A command line that {@link commandWords} and a shell read as these words. */
export function commandText(words: readonly string[]): string {
  return words
    .map((text) => (plainWord.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`))
    .join(' ')
}

function unquoted(
  _whole: string,
  single: string | undefined,
  double: string | undefined,
  escaped: string | undefined,
  plain: string | undefined,
): string {
  return single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? ''
}
