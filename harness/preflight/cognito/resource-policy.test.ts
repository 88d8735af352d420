import { expect, test } from 'vitest'
import { Unseen } from '../check.ts'
import { policyAllows } from './resource-policy.ts'

const source = 'arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-east-1_AbC'
const use = {
  service: 'cognito-idp.amazonaws.com',
  action: 'lambda:InvokeFunction',
  source,
  account: '111122223333',
}

function statement(more: object): object {
  const Principal = { Service: 'cognito-idp.amazonaws.com' }
  return { Effect: 'Allow', Principal, Action: 'lambda:InvokeFunction', ...more }
}

const primaryArn = source.replace('us-west-2', 'us-east-1')

test.each<[boolean | undefined, string, object | object[]]>([
  [true, 'without a condition', statement({})],
  [true, 'the ARN of the copy', statement({ Condition: { ArnLike: { 'AWS:SourceArn': source } } })],
  [
    true,
    'one ARN of a list',
    statement({ Condition: { StringEquals: { 'aws:SourceArn': [primaryArn, source] } } }),
  ],
  [
    true,
    'any Region',
    statement({
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cognito-idp:*:*:userpool/us-east-1_???' } },
    }),
  ],
  [true, 'every action of the service', statement({ Action: ['lambda:Invoke*'] })],
  [true, 'everybody', statement({ Principal: '*' })],
  [
    false,
    'the ARN of the primary',
    statement({ Condition: { ArnLike: { 'AWS:SourceArn': primaryArn } } }),
  ],
  [
    false,
    'a star where equality is asked for',
    statement({ Condition: { StringEquals: { 'aws:SourceArn': '*' } } }),
  ],
  [
    false,
    'another account',
    statement({ Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } } }),
  ],
  [false, 'another service', statement({ Principal: { Service: 'sns.amazonaws.com' } })],
  [false, 'another action', statement({ Action: 'lambda:GetFunction' })],
  [false, 'a denial', [statement({}), statement({ Effect: 'Deny' })]],
  [
    undefined,
    'a condition of another kind',
    statement({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
  ],
  [
    undefined,
    'a denial by a condition of another kind',
    [
      statement({}),
      statement({ Effect: 'Deny', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
    ],
  ],
  [
    false,
    'a denial of everybody but the primary',
    [
      statement({}),
      statement({
        Effect: 'Deny',
        Principal: '*',
        Condition: { ArnNotLike: { 'aws:SourceArn': primaryArn } },
      }),
    ],
  ],
  [
    true,
    'a denial of other accounts',
    [
      statement({}),
      statement({
        Effect: 'Deny',
        Condition: { StringNotEquals: { 'aws:SourceAccount': '111122223333' } },
      }),
    ],
  ],
  [
    false,
    'a denial of every principal but another service',
    [
      statement({}),
      {
        Effect: 'Deny',
        NotPrincipal: { Service: 'sns.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
      },
    ],
  ],
  [
    false,
    'a denial of every action but another',
    [statement({}), statement({ Effect: 'Deny', Action: undefined, NotAction: 'lambda:Get*' })],
  ],
  [
    true,
    'a denial of every action but this',
    [statement({}), statement({ Effect: 'Deny', Action: undefined, NotAction: 'lambda:Invoke*' })],
  ],
  [false, 'nothing', []],
])('%s: %s', (expected, _name, Statement) => {
  expect(policyAllows(JSON.stringify({ Version: '2012-10-17', Statement }), use)).toBe(expected)
})

test('what is no policy was not seen', () => {
  expect(() => policyAllows('<xml/>', use)).toThrow(Unseen)
})
