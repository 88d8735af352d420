/** Cuts a stream of bytes into lines without ever keeping more than one line of them. */
export interface BoundedLines {
  /** Gives each whole line, without its end; false from the line on that is too long. */
  push(bytes: Uint8Array): boolean
}

const newline = 0x0a

/**
 * @param bytesMax - Longest line, without its newline.
 * @param onLine - Takes the text of a line, read as UTF-8.
 */
export function boundedLines(bytesMax: number, onLine: (line: string) => void): BoundedLines {
  let parts: Uint8Array[] = []
  let length = 0
  let tooLong = false
  const end = (last: Uint8Array): void => {
    const line = Buffer.concat([...parts, last]).toString('utf8')
    parts = []
    length = 0
    onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
  return {
    push: (bytes) => {
      let from = 0
      while (!tooLong) {
        const at = bytes.indexOf(newline, from)
        const rest = bytes.subarray(from, at < 0 ? undefined : at)
        if (length + rest.byteLength > bytesMax) {
          tooLong = true
          parts = []
          break
        }
        if (at < 0) {
          parts.push(Buffer.from(rest))
          length += rest.byteLength
          break
        }
        end(rest)
        from = at + 1
      }
      return !tooLong
    },
  }
}
