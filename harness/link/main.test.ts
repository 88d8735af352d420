import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { PortInUseError, UsageError } from '../kernel/errors.ts'
import { builtModule } from '../kernel/paths.ts'
import { startLinkProxy } from './main.ts'
import { call, startProxy } from './sockets.test.support.ts'

/** Goal: the proxy as a process lives exactly as long as it is wanted. Method: real children. */

function start(...flags: string[]): ChildProcess {
  const child = spawn(process.execPath, [builtModule('harness/link/main.ts'), ...flags])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no standard output')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return line
}

async function exit(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

test('under --stdio it prints one ready line, survives SIGINT, and ends with its input', async () => {
  const child = start('--stdio')
  const ready = JSON.parse(await firstLine(child)) as { type: string; apiPort: number }
  expect(Object.keys(ready)).toEqual(['type', 'apiPort'])
  expect(ready.type).toBe('ready')
  child.kill('SIGINT')
  const response = await fetch(`http://127.0.0.1:${ready.apiPort}/version`)
  expect(await response.json()).toMatchObject({ version: '2.12.0' })
  child.stdin?.end()
  expect(await exit(child)).toBe(0)
  expect((await call(ready.apiPort)).ending()).toBe('refused')
})

test('without --stdio it names its address and ends with SIGTERM', async () => {
  const child = start()
  const [line] = (await once(child.stderr ?? child, 'data')) as [Buffer]
  expect(line.toString()).toMatch(/^link proxy: HTTP API on http:\/\/127\.0\.0\.1:\d+\n$/)
  child.kill('SIGTERM')
  expect(await exit(child)).toBe(0)
})

test('a port in use is one clear message', async () => {
  const { running } = await startProxy()
  const port = running.apiPort
  await expect(startLinkProxy({ port })).rejects.toThrow(PortInUseError)
  const child = start('--port', String(port))
  let text = ''
  child.stderr?.on('data', (chunk) => (text += chunk))
  expect(await exit(child)).toBe(70)
  expect(text).toBe(
    `port ${port} of 127.0.0.1 is in use; the link proxy needs a free one\n` +
      'Hint: End the program that listens there, or choose another port with --port.\n',
  )
})

test.each([
  [{ host: '0.0.0.0' }, '"host" must be a loopback address, got "0.0.0.0"'],
  [{ port: 70_000 }, '"port" must be a whole number from 0 to 65535, got 70000'],
  [{ port: Number.NaN }, '"port" must be a whole number from 0 to 65535, got NaN'],
])('%j is wrong usage', async (options, message) => {
  const started = startLinkProxy(options)
  await expect(started).rejects.toThrow(UsageError)
  await expect(started).rejects.toThrow(message)
})

test('a client process ends by itself although its connections were kept alive', async () => {
  const { url } = await startProxy()
  const script = `
    const { connectLinkClient } = await import(${JSON.stringify(builtModule('harness/link/link-client.ts'))})
    const client = await connectLinkClient(${JSON.stringify(url)})
    await client.createLink({ name: 'link', upstream: { port: 1 } })
    console.log('done')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  expect(await firstLine(child)).toBe('done')
  const finished = performance.now()
  expect(await exit(child)).toBe(0)
  expect(performance.now() - finished).toBeLessThan(2_000)
})

test('exposed, it listens where its configuration says, as a container has to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-link-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'links.json')
  const link = { name: 'replication', listen: '0.0.0.0:0', upstream: 'database:5432' }
  writeFileSync(config, JSON.stringify([link]))
  const refusing = start('--stdio', '--config', config)
  expect(await exit(refusing)).toBe(70)
  const child = start('--stdio', '--exposed', '--config', config)
  const { apiPort } = JSON.parse(await firstLine(child)) as { apiPort: number }
  const response = await fetch(`http://127.0.0.1:${apiPort}/proxies`)
  expect(await response.json()).toMatchObject({
    replication: { listen: expect.stringMatching(/^0\.0\.0\.0:[1-9]/), upstream: 'database:5432' },
  })
})

test('a configuration that cannot be read is wrong usage', async () => {
  expect(await exit(start('--config', '/no/such/file.json'))).toBe(64)
})
