import { WorldError } from '../../kernel/errors.ts'

/** The client library, loaded where it is needed: whoever tests no Cognito needs none. */
export type SdkLibrary = typeof import('@aws-sdk/client-cognito-identity-provider')

/** @throws WorldError with an install hint where it is missing. */
export async function loadSdkLibrary(): Promise<SdkLibrary> {
  try {
    return await import('@aws-sdk/client-cognito-identity-provider')
  } catch (error) {
    throw new WorldError(
      'the target cognito needs the package @aws-sdk/client-cognito-identity-provider',
      { cause: error, hint: 'npm install --save-dev @aws-sdk/client-cognito-identity-provider@3' },
    )
  }
}
