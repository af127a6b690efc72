// The `github` context of a run, as "Contexts reference" and "Webhook events and payloads" describe it.

const OWNER = 'example-org'
const REPOSITORY = `${OWNER}/example-service`
const SHA = { head: 'c0ffee'.padEnd(40, '1'), base: 'ba5e'.padEnd(40, '2'), merge: 'acce55'.padEnd(40, '3') }

function repository(fullName, defaultBranch, { fork = false } = {}) {
  const [owner, name] = fullName.split('/')
  return { full_name: fullName, name, owner: { login: owner }, default_branch: defaultBranch, fork, private: false }
}

function payload(event) {
  const own = repository(REPOSITORY, event.default_branch)
  const common = { repository: own, sender: { login: event.actor } }
  switch (event.name) {
    case 'push':
      return { ...common, ref: event.ref, before: SHA.base, after: SHA.head, created: false, deleted: false }
    case 'pull_request':
    case 'pull_request_target': {
      const source = event.fork ? repository(event.fork, 'main', { fork: true }) : own
      return {
        ...common,
        action: event.action,
        number: 7,
        pull_request: {
          number: 7,
          draft: false,
          title: 'A change',
          user: { login: event.actor },
          base: { ref: event.base, sha: SHA.base, repo: own },
          head: { ref: event.head, sha: SHA.head, repo: source },
        },
      }
    }
    case 'workflow_dispatch':
      return { ...common, ref: event.ref, inputs: event.inputs ?? {} }
    case 'schedule':
      return { ...common, schedule: event.cron }
    default:
      throw new Error(`the event ${event.name} is not modelled`)
  }
}

/** The context that every job of the run has. */
export function github(event, workflow) {
  const ref = event.name === 'pull_request' ? 'refs/pull/7/merge' : event.ref
  return {
    actor: event.actor,
    api_url: 'https://api.github.com',
    base_ref: event.base ?? '',
    event: payload(event),
    event_name: event.name,
    head_ref: event.head ?? '',
    job: '',
    ref,
    ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    ref_protected: false,
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository: REPOSITORY,
    repository_id: '2000002',
    repository_owner: OWNER,
    repository_owner_id: '1000001',
    retention_days: '90',
    run_attempt: '1',
    run_id: '1234567890',
    run_number: '42',
    server_url: 'https://github.com',
    sha: event.name === 'pull_request' ? SHA.merge : SHA.head,
    token: '***',
    triggering_actor: event.actor,
    workflow,
    workflow_ref: `${REPOSITORY}/.github/workflows/${workflow}.yml@${ref}`,
    workflow_sha: SHA.head,
  }
}
