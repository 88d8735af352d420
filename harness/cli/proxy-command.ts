import { exitCodes } from '../kernel/errors.ts'
import { startLinkProxy } from '../link/link-proxy.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** Toxiproxy's own port. */
const defaultPort = 8_474

/** `interregnum proxy`: works until it is interrupted; that is its orderly end. */
export async function proxyCommand(
  flags: { readonly host?: string; readonly port?: number },
  around: Surroundings,
): Promise<CommandResult> {
  const { host = '127.0.0.1', port = defaultPort } = flags
  const proxy = await startLinkProxy({ host, port })
  around.stderr.write(
    `link proxy: HTTP API on http://${host}:${proxy.apiPort}; stop it with Ctrl-C\n`,
  )
  if (!around.signal.aborted) {
    await new Promise<void>((resolve) => {
      around.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
  await proxy.close()
  return { document: { apiPort: proxy.apiPort }, exitCode: exitCodes.pass }
}
