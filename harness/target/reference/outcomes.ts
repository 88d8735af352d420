import {
  answerOutcomes,
  type OutcomeDefinition,
  type OutcomeRegistry,
  outcomeRegistry,
  transportOutcomes,
} from '../outcome-registry.ts'

/** Refinements of exceptions that say several things by their messages alone. */
const refinements: readonly (readonly [type: string, message: string, code: string])[] = [
  ['NotAuthorizedException', 'Incorrect username or password', 'wrong-password'],
  ['NotAuthorizedException', 'Password attempts exceeded', 'locked'],
  ['NotAuthorizedException', 'Access Token has been revoked', 'token-revoked'],
  ['NotAuthorizedException', 'Refresh Token has been revoked', 'token-revoked'],
  ['NotAuthorizedException', 'Access Token has expired', 'token-expired'],
  ['NotAuthorizedException', 'Invalid Access Token', 'token-invalid'],
  ['NotAuthorizedException', 'Refresh Token has expired', 'refresh-token-refused'],
  ['NotAuthorizedException', 'Invalid Refresh Token', 'refresh-token-refused'],
  ['NotAuthorizedException', 'Invalid session for the user', 'session-over'],
  ['NotAuthorizedException', 'User is disabled', 'user-disabled'],
  ['LimitExceededException', 'Attempt limit exceeded', 'attempts-limited'],
  ['ResourceNotFoundException', 'Device does not exist', 'device-unknown'],
]

const refinedCodes: readonly OutcomeDefinition[] = [
  ['wrong-password', 'fail', 'NotAuthorizedException: the password was evaluated and is wrong.'],
  ['locked', 'fail', 'NotAuthorizedException: too many failed attempts in this Region.'],
  ['token-revoked', 'fail', 'NotAuthorizedException: the family of the token was revoked.'],
  ['token-expired', 'fail', 'NotAuthorizedException: the access token has expired.'],
  ['token-invalid', 'fail', 'NotAuthorizedException: this is no access token of the pool.'],
  [
    'refresh-token-refused',
    'fail',
    'NotAuthorizedException: the refresh token has expired or is none of the client.',
  ],
  ['session-over', 'fail', 'NotAuthorizedException: the steps of a sign-in have to begin anew.'],
  ['user-disabled', 'fail', 'NotAuthorizedException: an administrator disabled the user.'],
  ['attempts-limited', 'fail', 'LimitExceededException: too many wrong codes, or codes sent.'],
  ['device-unknown', 'fail', 'ResourceNotFoundException: the user has no such device here.'],
  ['NotAuthorizedException', 'fail', 'The credentials or the token were refused.'],
]

/** Answers of status 200 that are no success of the operation. */
const refusalsInSuccess: readonly OutcomeDefinition[] = [
  ['challenge-required', 'fail', 'A sign-in that asks for a step which the operation is not.'],
  ['totp-not-verified', 'fail', 'VerifySoftwareToken answered another status than SUCCESS.'],
]

/** Errors of the OAuth endpoints (RFC 6749 sections 4.1.2.1 and 5.2), and of a form. */
const oauthErrors: readonly OutcomeDefinition[] = [
  ['InvalidCsrfTokenException', 'fail', 'The form is none of the browser that sent it.'],
  ['access_denied', 'fail', 'The sign-in was refused.'],
  ['invalid_client', 'fail', 'The client is not who it says: its secret was refused.'],
  ['invalid_grant', 'fail', 'The code or the refresh token is none here, or is over.'],
  ['invalid_request', 'fail', 'A parameter of the request is wrong.'],
  ['invalid_scope', 'fail', 'The client may not ask for this scope.'],
  ['login_required', 'fail', 'No session is honoured, and none may begin.'],
  ['temporarily_unavailable', 'fail', 'The replica is not active.'],
  ['unauthorized_client', 'fail', 'The client may not use this flow.'],
  ['unsupported_grant_type', 'fail', 'There is no such flow.'],
]

/** What a cloud answers before its service looks at the request: rights and rates of the caller. */
const callerErrors: readonly OutcomeDefinition[] = [
  ['AccessDeniedException', 'fail', 'The rights of the caller do not include this.'],
  ['ExpiredTokenException', 'fail', 'The session of the caller has expired.'],
  ['IncompleteSignature', 'fail', 'The signature of the request lacks a part.'],
  ['InvalidSignatureException', 'fail', 'The signature of the request is wrong.'],
  ['RequestExpired', 'fail', 'The request was signed too long ago.'],
  ['ThrottlingException', 'fail', 'Throttled before anything was done.'],
  ['UnrecognizedClientException', 'fail', 'The caller is not known.'],
  ['no-credentials', 'fail', 'The caller has no credentials to sign the request with.'],
]

const exceptions: readonly OutcomeDefinition[] = [
  ['AliasExistsException', 'fail', 'Another user has this alias.'],
  ['CodeDeliveryFailureException', 'fail', 'The message with the code could not be sent.'],
  ['CodeMismatchException', 'fail', 'The code is wrong.'],
  ['ConcurrentModificationException', 'fail', 'Another change was under way; nothing was done.'],
  ['EnableSoftwareTokenMFAException', 'fail', 'The code of the software token did not match.'],
  ['ExpiredCodeException', 'fail', 'The code or the session has expired.'],
  ['FeatureUnavailableInTierException', 'fail', 'The tier of the pool does not include this.'],
  ['ForbiddenException', 'fail', 'A web application firewall refused the request.'],
  [
    'InternalErrorException',
    'info',
    'The Region failed within itself: anything may have happened.',
  ],
  ['GroupExistsException', 'fail', 'A group of this name exists.'],
  ['InvalidParameterException', 'fail', 'A field of the request is wrong.'],
  ['InvalidPasswordException', 'fail', 'The password does not meet the policy of the pool.'],
  ['InvalidUserPoolConfigurationException', 'fail', 'The pool is not set up for this.'],
  ['LimitExceededException', 'fail', 'A limit of the account or of the user is reached.'],
  ['MFAMethodNotFoundException', 'fail', 'No factor of this kind is known for the user.'],
  ['OperationNotBuilt', 'fail', 'Status 501: this operation is allowed but not part of the model.'],
  ['OperationNotEnabledException', 'fail', 'The Region does not take this operation in its role.'],
  ['PasswordHistoryPolicyViolationException', 'fail', 'The password was used before.'],
  ['PasswordResetRequiredException', 'fail', 'The user has to reset the password first.'],
  ['RefreshTokenReuseException', 'fail', 'A refresh token that was rotated out was used.'],
  ['ResourceNotFoundException', 'fail', 'The pool or the client does not exist here.'],
  ['SerializationException', 'fail', 'The body of the request could not be read.'],
  ['SoftwareTokenMFANotFoundException', 'fail', 'The user has no software token.'],
  ['TooManyFailedAttemptsException', 'fail', 'Too many failed attempts of the user.'],
  ['TooManyRequestsException', 'fail', 'Throttled before anything was done.'],
  ['UnauthorizedException', 'fail', 'The caller may not do this.'],
  ['UnknownOperationException', 'fail', 'The API has no operation of this name.'],
  ['UnsupportedOperationException', 'fail', 'The pool does not support this operation.'],
  ['UnsupportedTokenTypeException', 'fail', 'Tokens of this kind cannot be revoked.'],
  ['UserNotConfirmedException', 'fail', 'The user has not confirmed the account.'],
  ['UserNotFoundException', 'fail', 'The user does not exist in this Region.'],
  ['UsernameExistsException', 'fail', 'A user of this name exists.'],
]

/** What a Cognito-compatible system can say, and what it means for the operation. */
export const referenceOutcomes: OutcomeRegistry = outcomeRegistry(
  transportOutcomes,
  answerOutcomes,
  refinedCodes,
  refusalsInSuccess,
  oauthErrors,
  callerErrors,
  exceptions,
)

/**
 * The registry's code of an error answer: the exception's name, refined by the message where one
 * name says several things.
 */
export function exceptionCode(type: string, message: string): string {
  const refined = refinements.find(
    ([refinable, start]) => refinable === type && message.startsWith(start),
  )
  return refined?.[2] ?? type
}
