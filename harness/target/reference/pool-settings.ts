import type { ApiRequest } from './api.ts'

/** A multi-Region key: a replica needs one, and its ARN stands in the Region of the primary. */
const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef'

/** What a pool is created with; an update has to say all of it again. */
export const poolSettings: ApiRequest['input'] = Object.freeze({
  UserPoolTier: 'ESSENTIALS',
  // A device that its user confirmed stands in for the second factor.
  DeviceConfiguration: {
    ChallengeRequiredOnNewDevice: true,
    DeviceOnlyRememberedOnUserPrompt: false,
  },
  KeyConfiguration: { KeyType: 'CUSTOMER_MANAGED_KEY', KmsKeyArn: keyArn },
})
