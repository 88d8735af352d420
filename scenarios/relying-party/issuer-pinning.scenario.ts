import { scenario } from 'interregnum'
import { switchIssuerUnderVisitors } from '../issuer-switch.ts'

export const issuerPinning = scenario('issuer-pinning', {
  claim:
    'When the issuer of the tokens is switched, an application that was told of the old issuer alone accepts the tokens of both until the last old one expires.',
  requirements: ['FS-15'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['visit', 'sign-in', 'switch-issuer'],
    relyingParties: [{ name: 'shop', kind: 'jose' }],
  },
  // The two issuers differ in name, and a verifier takes the one that it was told.
  expected: { verdict: 'fail', rule: 'FS-15' },
  run: switchIssuerUnderVisitors,
})
