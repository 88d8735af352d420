#!/usr/bin/env node
import { lastResort } from './cli/last-resort.ts'
import { main } from './cli/main.ts'

/** How long what is left open after a command may keep the process alive. */
const lingerMillisMax = 2_000

const argv = process.argv.slice(2)
const { signal, settled, end } = lastResort(argv.includes('--json'))

process.exitCode = await main(argv, {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  folder: process.cwd(),
  signal,
  end,
})
settled()
setTimeout(() => process.exit(), lingerMillisMax).unref()
