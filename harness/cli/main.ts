import { CommanderError } from 'commander'
import { exitCodes, InterregnumError } from '../kernel/errors.ts'
import { plainText } from '../report/plain-text.ts'
import { buildProgram } from './program.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/**
 * Runs one command line. It never throws: what went wrong is one message on standard error (with
 * `--json` also one document on standard output) and an exit code.
 *
 * @param argv - The arguments without node and the script.
 */
export async function main(argv: readonly string[], around: Surroundings): Promise<number> {
  const json = argv.includes('--json')
  let result: CommandResult | undefined
  const program = buildProgram(around, (finished) => {
    result = finished
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    return complain(error, json, around)
  }
  const failure = failureOf(around.signal)
  if (failure !== undefined) return complain(failure, json, around)
  if (result === undefined) return exitCodes.pass
  if (json) around.stdout.write(await jsonText(result.document))
  else if (result.text !== undefined) around.stdout.write(`${result.text}\n`)
  return result.exitCode
}

/** Why work was given up, where nobody asked for it. */
function failureOf({ aborted, reason }: AbortSignal): InterregnumError | undefined {
  return aborted && InterregnumError.is(reason) && reason.code !== 'ERR_INTERRUPTED'
    ? reason
    : undefined
}

async function jsonText(document: unknown): Promise<string> {
  const { toJson } = await import('../report/json.ts')
  return toJson(document)
}

async function complain(error: unknown, json: boolean, around: Surroundings): Promise<number> {
  if (error instanceof CommanderError) return complainOfUsage(error, json, around)
  const { exitCode, code, hint, ...said } = describe(error)
  const message = plainLines(said.message)
  around.stderr.write(`interregnum: ${message}\n${hint === undefined ? '' : `Hint: ${hint}\n`}`)
  if (json) around.stdout.write(await jsonText({ error: { code, message, hint, exitCode } }))
  return exitCode
}

/** Commander has printed its message already; help and version are no errors. */
async function complainOfUsage(
  error: CommanderError,
  json: boolean,
  around: Surroundings,
): Promise<number> {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return 0
  const message = error.message.replace(/^error: /, '')
  const exitCode = exitCodes.usage
  if (json) around.stdout.write(await jsonText({ error: { code: 'ERR_USAGE', message, exitCode } }))
  return exitCode
}

interface Complaint {
  readonly exitCode: number
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
}

/** Too many files, processes, too little memory: the surroundings, not the harness. */
const scarcities: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'])

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

function describe(error: unknown): Complaint {
  if (InterregnumError.is(error)) {
    const { exitCode, code, message, hint } = error
    const said = code === 'ERR_NONDETERMINISM' ? whereItEscaped(error) : message
    return { exitCode, code, message: withCause(said, error.cause), hint }
  }
  if (isSystemError(error) && scarcities.has(error.code)) {
    return {
      exitCode: exitCodes.internal,
      code: 'ERR_INTERREGNUM',
      message: `the operating system gave no more of what was asked for: ${error.message}`,
      hint: 'raise the limits of this shell (`ulimit -n 1024`, memory), or end other programs',
    }
  }
  return {
    exitCode: exitCodes.internal,
    code: 'ERR_INTERREGNUM',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    hint: 'this is a defect of the harness; please report it with the command that you ran',
  }
}

/** The line of the user's that reached out of virtual time stands in the stack, not the message. */
function whereItEscaped(error: InterregnumError): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [error.message, ...frames.slice(0, escapeFramesMax)].join('\n')
}

/** So many frames get through a library to its caller. */
const escapeFramesMax = 8

/** What a file or a user named may hold control characters: only lines stay lines. */
function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n')
}

/** A cause adds what its own message says beyond ours, if that is one line. */
function withCause(message: string, cause: unknown): string {
  if (!(cause instanceof Error) || message.includes(cause.message)) return message
  if (cause.message.includes('\n')) return message
  return `${message}: ${cause.message}`
}
