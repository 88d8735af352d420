import { describe, expect, it } from 'vitest'
import type { Json } from '../../kernel/json.ts'
import type { RegionControl } from '../contract.ts'
import { latestResetCode } from './mailbox.ts'

// Goal: the newest code of any Region that answers. Method: Regions that tell given messages.

function telling(messages: Json | Error): { readonly control: RegionControl } {
  const command = async (name: string, parameters: Json): Promise<Json> => {
    expect([name, parameters]).toEqual(['messages', { user: 'u1' }])
    if (messages instanceof Error) throw messages
    return messages
  }
  return { control: { command } as unknown as RegionControl }
}

const message = (kind: string, at: number, secret: string) => ({
  kind,
  username: 'u1',
  at,
  secret,
})

describe('latestResetCode', () => {
  it('is the newest of all Regions, whatever else was sent', async () => {
    const one = telling([message('reset-code', 5, '111111'), message('invitation', 9, 'x')])
    const two = telling([message('reset-code', 7, '222222'), message('reset-code', 6, '333333')])
    expect(await latestResetCode([one, two], 'u1')).toBe('222222')
    expect(await latestResetCode([two, one], 'u1')).toBe('222222')
  })

  it('is none where a Region is down or tells nothing that can be read', async () => {
    const silent = [telling(new Error('gone')), telling(null), telling(['x', null, { at: 1 }])]
    expect(await latestResetCode(silent, 'u1')).toBeUndefined()
  })
})
