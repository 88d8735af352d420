import { describe, expect, it } from 'vitest'
import type { Intent } from './executor.ts'
import { ownId, withOwnId } from './own-id.ts'

// Goal: a script names the id of an operation before there is one. Method: intents with and
// without the mark for it, compared whole.

const intent: Intent = {
  function: 'add-secret',
  user: 'm1',
  to: 'route',
  purpose: 'workload',
  arguments: {},
}

describe('withOwnId', () => {
  it('puts the id in the place of its mark, in registers and in values', () => {
    const writes = [
      { register: `m1/secret:${ownId}`, value: ownId },
      { register: 'm1/secret:op3', value: 'deleted' },
      { register: 'm1/enabled', value: null },
    ]
    expect(withOwnId({ ...intent, writes }, 'op12')).toEqual({
      ...intent,
      id: 'op12',
      writes: [
        { register: 'm1/secret:op12', value: 'op12' },
        { register: 'm1/secret:op3', value: 'deleted' },
        { register: 'm1/enabled', value: null },
      ],
    })
  })

  it('leaves an intent without writes as it is', () => {
    expect(withOwnId(intent, 'op1')).toEqual({ ...intent, id: 'op1' })
  })
})
