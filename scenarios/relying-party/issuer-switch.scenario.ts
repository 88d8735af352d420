import { scenario } from 'interregnum'
import { switchIssuerUnderVisitors } from '../issuer-switch.ts'

export const issuerSwitch = scenario('issuer-switch', {
  claim:
    'When the issuer of the tokens is switched, applications that were told of both issuers accept the tokens of both until the last old one expires, in both Regions.',
  requirements: ['FS-15'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['visit', 'sign-in', 'switch-issuer'],
    relyingParties: [
      { name: 'shop', kind: 'jose', settings: { issuers: 'both' } },
      { name: 'bank', kind: 'aws-jwt-verify' },
    ],
  },
  run: switchIssuerUnderVisitors,
})
