import type { AnswerMeaning } from '../../history/line.ts'

/**
 * What each code of the outcome registry means to whoever asked, in words that hold for every
 * system; `none`: the code says nothing more than that it failed. A test holds the two tables
 * together.
 */
export const referenceMeanings: Readonly<Record<string, AnswerMeaning | 'none'>> = Object.freeze({
  // Refinements of NotAuthorizedException.
  'wrong-password': 'wrong-credentials',
  locked: 'locked',
  'token-revoked': 'revoked',
  'token-expired': 'expired',
  'token-invalid': 'token-refused',
  'refresh-token-refused': 'reauthenticate',
  'session-over': 'reauthenticate',
  'user-disabled': 'disabled',
  NotAuthorizedException: 'none',
  // Answers of status 200 that are no success.
  'challenge-required': 'factor-required',
  'totp-not-verified': 'wrong-credentials',
  // Refinements of LimitExceededException.
  'attempts-limited': 'locked',
  LimitExceededException: 'throttled',
  // A refinement of ResourceNotFoundException.
  'device-unknown': 'absent',
  // Codes, factors and passwords.
  CodeDeliveryFailureException: 'unavailable',
  CodeMismatchException: 'wrong-credentials',
  EnableSoftwareTokenMFAException: 'wrong-credentials',
  ExpiredCodeException: 'expired',
  InvalidPasswordException: 'none',
  MFAMethodNotFoundException: 'none',
  PasswordHistoryPolicyViolationException: 'none',
  PasswordResetRequiredException: 'reset-required',
  RefreshTokenReuseException: 'reauthenticate',
  SoftwareTokenMFANotFoundException: 'none',
  TooManyFailedAttemptsException: 'locked',
  UnsupportedTokenTypeException: 'none',
  // Users.
  AliasExistsException: 'none',
  UserNotConfirmedException: 'none',
  UserNotFoundException: 'absent',
  UsernameExistsException: 'none',
  // The Region and its role.
  ConcurrentModificationException: 'none',
  FeatureUnavailableInTierException: 'none',
  ForbiddenException: 'none',
  GroupExistsException: 'none',
  InternalErrorException: 'unavailable',
  InvalidParameterException: 'none',
  InvalidUserPoolConfigurationException: 'none',
  OperationNotBuilt: 'none',
  OperationNotEnabledException: 'gated',
  ResourceNotFoundException: 'none',
  SerializationException: 'none',
  TooManyRequestsException: 'throttled',
  UnauthorizedException: 'none',
  UnknownOperationException: 'none',
  UnsupportedOperationException: 'none',
  // The caller's own rights and rates.
  AccessDeniedException: 'none',
  ExpiredTokenException: 'none',
  IncompleteSignature: 'none',
  InvalidSignatureException: 'none',
  RequestExpired: 'none',
  ThrottlingException: 'throttled',
  UnrecognizedClientException: 'none',
  'no-credentials': 'none',
  // The OAuth endpoints and their forms.
  InvalidCsrfTokenException: 'reauthenticate',
  access_denied: 'none',
  invalid_client: 'wrong-credentials',
  invalid_grant: 'reauthenticate',
  invalid_request: 'none',
  invalid_scope: 'none',
  login_required: 'reauthenticate',
  temporarily_unavailable: 'gated',
  unauthorized_client: 'none',
  unsupported_grant_type: 'none',
  // Exchanges that broke, and answers that the Region did not give.
  'connection-refused': 'unavailable',
  'not-sent': 'unavailable',
  'certificate-refused': 'unavailable',
  'connection-reset': 'unavailable',
  deadline: 'unavailable',
  transport: 'unavailable',
  'server-error': 'unavailable',
  'not-the-api': 'unavailable',
  aborted: 'none',
  'malformed-answer': 'none',
})

/** The meaning of a code; undefined where it has none or is not listed. */
export function meaningOf(code: string): AnswerMeaning | undefined {
  const meaning = Object.hasOwn(referenceMeanings, code) ? referenceMeanings[code] : undefined
  return meaning === 'none' ? undefined : meaning
}
