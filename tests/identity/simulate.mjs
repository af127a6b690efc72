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

// The packages compare names and letters so, a million times, and Node makes a collator for each time: most of what an
// answer takes. ECMA-402 has `localeCompare` ask such a collator, so one for each way to compare tells the same.
const collators = new Map()
String.prototype.localeCompare = function (that, ...way) {
  const key = JSON.stringify(way)
  if (!collators.has(key)) collators.set(key, new Intl.Collator(...way))
  return collators.get(key).compare(this, that)
}

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

/** For each request with that role's tokens. */
async function assume({ role, account, issuer, provider, trustPolicy, requests }) {
  const known = new Set(await allowedContextKeysForRequest('sts', 'AssumeRoleWithWebIdentity', role))
  for (const claim of CLAIMS_OF_EVERY_PROVIDER) known.add(`${issuer}:${claim}`)
  // It reads the name of a resource policy, which only a validated policy has.
  const resourcePolicy = validated('the trust policy', trustPolicy, validateTrustPolicy)
  return each(requests, async ({ claims, context }) => {
    const unknown = Object.keys(context).filter((key) => !known.has(key.toLowerCase()))
    if (unknown.length > 0) throw new Error(`${ASSUME} has no context key ${unknown.join(', ')}`)
    // STS makes context keys of some of the token's claims only; a condition on any other finds no key.
    const exposed = Object.entries(claims)
      .map(([claim, value]) => [`${issuer}:${claim}`, value])
      .filter(([key]) => known.has(key.toLowerCase()))
    // Not runSimulation: it takes `sub` and `aud` of this issuer out of the context and then denies whatever asks for
    // them. This one leaves context and policy to the caller, hence all the checking here.
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
      resourcePolicy,
    })
  })
}

// What was found to be a request that AWS knows: an action, a resource and context keys that go together.
const sound = new Set()

/** For each request in that role's name. */
async function access({ role, account, policies, boundary, requests }) {
  const load = (documents) =>
    Object.entries(documents).map(([name, document]) => ({
      name,
      policy: validated(name, document, validateIdentityPolicy),
    }))
  const identityPolicies = load(policies)
  const permissionBoundaryPolicies = boundary ? load(boundary) : undefined
  const allowed = allowedActions(Object.values(policies))
  return each(requests, async ({ action, resource, context }) => {
    const keys = Object.keys(context).sort()
    const form = [action, resource, ...keys].join(' ')
    // No policy names it: that is the answer to most requests, and the simulation would take long to find it.
    if (sound.has(form) && !allowed(action)) return 'ImplicitlyDenied'
    // A request that nothing allows is answered before its context is looked at.
    for (const key of keys) await typeForContextKey(key)
    const outcome = await runSimulation(
      {
        request: {
          principal: role,
          action,
          // The account is the role's own, wherever the resource is: asked is what the role's own policies say.
          resource: { resource, accountId: account },
          contextVariables: context,
        },
        identityPolicies,
        permissionBoundaryPolicies,
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
    sound.add(form)
    return outcome.overallResult
  })
}

/** Whether a statement of these policies allows such an action, whatever it asks of the resource and the context. */
function allowedActions(documents) {
  const statements = documents.flatMap((document) => loadPolicy(document).statements())
  const patterns = statements
    .filter((statement) => statement.isAllow())
    .flatMap((statement) => (statement.isActionStatement() ? statement.actions().map((each) => each.value()) : ['*']))
    .map((pattern) => pattern.replace(/[^\w*?]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.'))
  const expression = new RegExp(`^(?:${patterns.join('|')})$`, 'i')
  return (action) => patterns.length > 0 && expression.test(action)
}

function letInTheAccount(role, account) {
  const partition = role.split(':')[1]
  const principal = { AWS: `arn:${partition}:iam::${account}:root` }
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'kms:*', Resource: '*' }],
  }
}

/** What `decide` says of each request, or why it cannot; of those that are alike it is asked once. */
async function each(requests, decide) {
  const keys = requests.map((request) => JSON.stringify(request))
  const answers = new Map()
  for (const [place, request] of requests.entries()) {
    if (answers.has(keys[place])) continue
    try {
      answers.set(keys[place], { decision: await decide(request) })
    } catch (error) {
      answers.set(keys[place], { error: error.message })
    }
  }
  return keys.map((key) => answers.get(key))
}

/** The answers to all requests that the question makes of one role; its policies are looked at once. */
async function answer({ kind, ...question }) {
  try {
    return await { assume, access }[kind](question)
  } catch (error) {
    return question.requests.map(() => ({ error: error.message }))
  }
}

await answerLines(answer)
