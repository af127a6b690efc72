// Whether IAM allows what it is asked about.
//
// Both @cloud-copilot packages are AGPL-3.0: they serve these tests only, and nothing that is shipped may import them.
import { createValidatedPolicy, loadPolicy, validateIdentityPolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy'
import {
  allowedContextKeysForRequest,
  runSimulation,
  runUnsafeSimulation,
  typeForContextKey,
} from '@cloud-copilot/iam-simulate'

import { answerLines } from '../node_answers.mjs'

const ASSUME = 'sts:AssumeRoleWithWebIdentity'
// Every OIDC provider has these keys. AWS's service reference, which the package knows keys from, leaves them out.
const CLAIMS_OF_EVERY_PROVIDER = ['aud', 'sub']
// "IAM JSON policy elements: Condition operators", without ...IfExists and the set operators.
const OPERATORS = new Set(
  [
    ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike'],
    ...['StringNotLike', 'NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals'],
    ...['NumericGreaterThan', 'NumericGreaterThanEquals', 'DateEquals', 'DateNotEquals', 'DateLessThan'],
    ...['DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals', 'Bool', 'BinaryEquals', 'IpAddress'],
    ...['NotIpAddress', 'ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'Null'],
  ].map((name) => name.toLowerCase()),
)

/** The policy in the form that the package takes, if it is one that the package judges as AWS does. */
function validated(name, document, validate) {
  const policy = createValidatedPolicy(document, validate, { name })
  if (policy.errors.length > 0) {
    throw new Error(`${name}: ${policy.errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}`)
  }
  for (const statement of loadPolicy(document).statements()) {
    // The package takes an operator that it does not know for one that never matches: a Deny would be gone.
    for (const condition of statement.conditions()) {
      if (!OPERATORS.has(condition.operation().baseOperator().toLowerCase())) {
        throw new Error(`${name}: there is no condition operator ${condition.operation().value()}`)
      }
    }
    if (statement.isNotPrincipalStatement()) throw new Error(`${name}: NotPrincipal is not simulated`)
    for (const principal of statement.isPrincipalStatement() ? statement.principals() : []) {
      if (principal.isFederatedPrincipal() && /[*?]/.test(principal.federated())) {
        throw new Error(`${name}: a wildcard in a federated principal is not simulated`)
      }
    }
  }
  return policy
}

async function assume({ role, account, issuer, provider, trustPolicy, claims, context }) {
  const known = new Set(await allowedContextKeysForRequest('sts', 'AssumeRoleWithWebIdentity', role))
  for (const claim of CLAIMS_OF_EVERY_PROVIDER) known.add(`${issuer}:${claim}`)
  const unknown = Object.keys(context).filter((key) => !known.has(key.toLowerCase()))
  if (unknown.length > 0) throw new Error(`${ASSUME} has no context key ${unknown.join(', ')}`)
  // STS makes context keys of some of the token's claims only; a condition on any other finds no key.
  const exposed = Object.entries(claims)
    .map(([claim, value]) => [`${issuer}:${claim}`, value])
    .filter(([key]) => known.has(key.toLowerCase()))
  // Not runSimulation: it takes `sub` and `aud` of this issuer out of the context and then denies whatever asks for
  // them. This one leaves context and policy to the caller, hence all the checking here. It reads the name of a
  // resource policy, which only a validated policy has.
  return runUnsafeSimulation({
    request: {
      principal: provider,
      action: ASSUME,
      resource: { resource: role, accountId: account },
      contextVariables: { ...context, ...Object.fromEntries(exposed) },
    },
    identityPolicies: [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: validated('the trust policy', trustPolicy, validateTrustPolicy),
  })
}

async function access({ role, account, action, resource, policies, boundary, context }) {
  const load = (documents) =>
    Object.entries(documents).map(([name, document]) => ({
      name,
      policy: validated(name, document, validateIdentityPolicy),
    }))
  // A request that nothing allows is answered before its context is looked at.
  for (const key of Object.keys(context)) await typeForContextKey(key)
  const outcome = await runSimulation(
    {
      request: {
        principal: role,
        action,
        // The account is the role's own, wherever the resource is: asked is what the role's own policies say.
        resource: { resource, accountId: account },
        contextVariables: context,
      },
      identityPolicies: load(policies),
      permissionBoundaryPolicies: boundary ? load(boundary) : undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // A key is closed to identity policies unless its own policy lets them in, as the one that KMS starts with does.
      resourcePolicy: action.toLowerCase().startsWith('kms:') ? letInTheAccount(role, account) : undefined,
    },
    {},
  )
  if (outcome.resultType === 'error') throw new Error(`${outcome.errors.message} for ${action} on ${resource}`)
  const ignored = [outcome.result ?? outcome.results].flat().flatMap((result) => result.ignoredContextKeys)
  if (ignored.length > 0) throw new Error(`${action} has no context key ${[...new Set(ignored)].join(', ')}`)
  return outcome.overallResult
}

function letInTheAccount(role, account) {
  const partition = role.split(':')[1]
  const principal = { AWS: `arn:${partition}:iam::${account}:root` }
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'kms:*', Resource: '*' }],
  }
}

async function answer({ kind, ...question }) {
  try {
    return { decision: await { assume, access }[kind](question) }
  } catch (error) {
    return { error: error.message }
  }
}

await answerLines(answer)
