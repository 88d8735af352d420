import { expect, test } from 'vitest'
import { commandText, commandWords } from './command-words.ts'

test.for<[string, readonly string[] | undefined]>([
  ['', []],
  ['  python3   driver.py ', ['python3', 'driver.py']],
  [`sh -c 'echo "a b"; exit 1'`, ['sh', '-c', 'echo "a b"; exit 1']],
  ['run "two words" it\\ is', ['run', 'two words', 'it is']],
  [`a'b'"c"d ''`, ['abcd', '']],
  ['"quoted \\" and \\\\ and \\n"', ['quoted " and \\ and \\n']],
  ['$HOME/*.py', ['$HOME/*.py']],
  ["it's", undefined],
  ['"open', undefined],
  ['end\\', undefined],
])('%s', ([line, words]) => {
  expect(commandWords(line)).toEqual(words)
})

test.for([[['python3', 'driver.py']], [['sh', '-c', `it's "x"`]], [['', ' ', '\\', '$A', '*']]])(
  'words come back from the text that they make: %j',
  ([words]) => {
    expect(commandWords(commandText(words ?? []))).toEqual(words)
    expect(commandWords(commandText([commandText(words ?? [])]))).toHaveLength(1)
  },
)
