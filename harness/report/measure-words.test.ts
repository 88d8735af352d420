import { expect, test } from 'vitest'
import { measureText } from './measure-words.ts'

test('a measurement reads like words, its unit stands with the figure', () => {
  const names = [
    'deauthorisation.disable.otherRegionSeconds',
    'deauthorisation.neverStopped',
    'recovery.sdk.millis',
    'recovery.sdk.millisP99',
    'lag.lagMillisMax',
    'reauthentication.share.minted',
    'data-loss.observedLossSeconds.sign-ups',
    'refresh-wave.millis',
  ]
  expect(names.map(measureText)).toEqual([
    'disable, other Region',
    'never stopped',
    'sdk',
    'sdk, until 99 % are served',
    'lag max',
    'share, minted',
    'observed loss, sign-ups',
    'overall',
  ])
})
