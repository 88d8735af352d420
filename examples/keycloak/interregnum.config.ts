import { defineConfig } from 'interregnum'

// Not run here: put your names into topology.yaml first.
export const config = defineConfig({
  target: 'oidc',
  world: 'remote',
  topology: 'topology.yaml',
  objectives: ['recovery <= 60s'],
})
