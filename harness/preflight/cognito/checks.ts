import type { PreflightCheck } from '../check.ts'
import { logDelivery, tags } from './delivery.ts'
import {
  appClients,
  groups,
  identityProviders,
  refreshRotation,
  resourceServers,
} from './directory.ts'
import { certificate, domainRouting } from './domains.ts'
import { emailIdentity, emailLimits, emailSandbox, emailSettings } from './email.ts'
import { healthCheck, healthCheckSettings } from './health-checks.ts'
import { issuer, issuerIntegrations } from './issuer.ts'
import { keyGrants, keyPolicy, keyState } from './keys.ts'
import type { PoolPair } from './pool-pair.ts'
import { poolSettings } from './pool-settings.ts'
import { quotaHeadroom, quotas } from './quotas.ts'
import { replicaStatus } from './replica-status.ts'
import { smsLimits, smsSandbox, smsSettings } from './sms.ts'
import { triggerPermission, triggers } from './triggers.ts'
import { deviceTracking, totpOnlyUsers } from './users.ts'
import { webAcl } from './web-acl.ts'

/** Every check of a replicated user pool, in the order in which they run. */
export const cognitoChecks: readonly PreflightCheck<PoolPair>[] = [
  replicaStatus,
  poolSettings,
  groups,
  appClients,
  resourceServers,
  identityProviders,
  keyState,
  keyPolicy,
  keyGrants,
  triggers,
  triggerPermission,
  webAcl,
  emailSettings,
  emailIdentity,
  emailSandbox,
  emailLimits,
  smsSettings,
  smsSandbox,
  smsLimits,
  logDelivery,
  tags,
  quotas,
  quotaHeadroom,
  domainRouting,
  healthCheck,
  healthCheckSettings,
  certificate,
  issuer,
  issuerIntegrations,
  deviceTracking,
  refreshRotation,
  totpOnlyUsers,
]
