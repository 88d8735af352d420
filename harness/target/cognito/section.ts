import { z } from 'zod'

const poolId = z
  .string()
  .max(55)
  .regex(/^[\w-]+_[0-9a-zA-Z]+$/, 'Expected the id of a user pool, such as eu-west-1_Ab1Cd2Ef3')

/** What a topology file says of Cognito, in its section `target`. */
export const cognitoSection = z
  .strictObject({
    /** A pool that exists, with an ACTIVE replica; nothing but users and groups is made in it. */
    existing: z
      .strictObject({
        poolId,
        /** An app client without a secret that takes `USER_PASSWORD_AUTH`. */
        clientId: z.string().regex(/^[\w+]{1,128}$/, 'Expected the id of an app client'),
      })
      .optional(),
    /** A pool of its own, made before each scenario and removed after it. */
    created: z
      .strictObject({
        /** A multi-Region key, in the Region of the primary: a replica needs one. */
        kmsKeyArn: z.string().startsWith('arn:').max(2_048),
      })
      .optional(),
    /** What the names of users and groups begin with. */
    prefix: z
      .string()
      .regex(/^[a-z][a-z0-9-]{2,30}$/, 'Expected 3 to 31 of a-z, 0-9 and -')
      .default('interregnum'),
    /** The header in which a router before the Regions names the one that answered. */
    servedByHeader: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/)
      .default('x-served-by'),
  })
  .refine(({ existing, created }) => (existing === undefined) !== (created === undefined), {
    message: 'Expected either "existing" or "created"',
  })

export type CognitoSection = z.infer<typeof cognitoSection>
