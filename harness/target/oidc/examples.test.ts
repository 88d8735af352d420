import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadTopology } from '../../cli/topology-file.ts'
import { loadConfig } from '../../config/load-config.ts'
import { remoteSettings } from '../remote-topology.ts'
import { oidcSection } from './target-section.ts'

// Goal: an example is right in all that can be known without its provider. Method: each folder as a
// user has it, read by what reads a user's.

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url))
const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

test('there are examples, and the page says that nobody ran them', () => {
  expect(examples).toEqual(expect.arrayContaining(['auth0', 'keycloak', 'okta']))
  expect(readFileSync(`${folder}README.md`, 'utf8')).toContain('**Not run here.**')
})

test.for(examples)('%s: configuration and topology are what the target takes', async (name) => {
  const { config } = await loadConfig(`${folder}${name}`, await import('../../index.ts'))
  expect(config).toMatchObject({ target: 'oidc', world: 'remote', topology: 'topology.yaml' })
  const topology = loadTopology('topology.yaml', `${folder}${name}`)
  const section = remoteSettings({ topology }, oidcSection)
  expect(section.client.secret).toEqual({ environment: expect.stringMatching(/_CLIENT_SECRET$/) })
  const { regions } = topology.content
  const issuers = typeof section.issuer === 'string' ? undefined : Object.keys(section.issuer)
  expect(issuers ?? Object.keys(regions)).toEqual(Object.keys(regions))
})
