#!/usr/bin/env node
import { main } from './cli/main.ts'
import { exitCodes, InterruptedError } from './kernel/errors.ts'

/** How long what is left open after a command may keep the process alive. */
const lingerMillisMax = 2_000

const interrupt = new AbortController()

// The first signal asks the run to clean up; the second ends it, and its reaper cleans up.
const onSignal = (signal: NodeJS.Signals): void => {
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted)
  interrupt.abort(new InterruptedError(`interrupted by ${signal}; cleaned up`))
}
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  folder: process.cwd(),
  signal: interrupt.signal,
})
setTimeout(() => process.exit(), lingerMillisMax).unref()
