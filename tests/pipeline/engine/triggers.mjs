// Which events start a workflow: "Events that trigger workflows" and "Workflow syntax for GitHub Actions", `on`.
// The parser reads the filters; GitHub's servers apply them, in code that is not published.

const DEFAULT_TYPES = { pull_request: ['opened', 'synchronize', 'reopened'] }
DEFAULT_TYPES.pull_request_target = DEFAULT_TYPES.pull_request

/** The filter pattern cheat sheet as a regular expression. */
function expression(pattern) {
  const tokens = pattern.match(/\\.|\*\*\/?|\[[^\]]*\]|./gs) ?? []
  const written = tokens.map((token) => {
    if (token === '**/') return '(?:.*/)?'
    if (token === '**') return '.*'
    if (token === '*') return '[^/]*'
    if (token === '?' || token === '+' || token.startsWith('[') || token.startsWith('\\')) return token
    return token.replace(/[.^$(){}|]/, '\\$&')
  })
  return new RegExp(`^${written.join('')}$`)
}

/** The last pattern that matches decides; one with an exclamation mark takes back. */
function included(name, patterns) {
  return patterns.reduce((before, pattern) => {
    const negative = pattern.startsWith('!')
    return expression(negative ? pattern.slice(1) : pattern).test(name) ? !negative : before
  }, false)
}

function passes(filters, kind, names) {
  const wanted = filters[kind]
  const ignored = filters[`${kind}-ignore`]
  if (wanted) return names.some((name) => included(name, wanted))
  return !ignored || names.some((name) => !included(name, ignored))
}

const asked = (filters, kind) => filters[kind] !== undefined || filters[`${kind}-ignore`] !== undefined

function pushed(filters, { ref, paths }) {
  const [, group, name] = ref.match(/^refs\/(heads|tags)\/(.*)$/)
  const [own, other] = group === 'heads' ? ['branches', 'tags'] : ['tags', 'branches']
  if (!asked(filters, own) && asked(filters, other)) return false
  if (!passes(filters, own, [name])) return false
  return group === 'tags' || passes(filters, 'paths', paths) // paths are not asked of tags
}

/** Whether `events`, the parsed `on`, has the workflow run for that event. */
export function triggers(events, event) {
  const filters = events[event.name]
  if (filters === undefined) return false
  switch (event.name) {
    case 'push':
      return pushed(filters, event)
    case 'pull_request':
    case 'pull_request_target':
      return (
        (filters.types ?? DEFAULT_TYPES[event.name]).includes(event.action) &&
        passes(filters, 'branches', [event.base]) &&
        passes(filters, 'paths', event.paths)
      )
    case 'workflow_dispatch':
      return true
    case 'schedule':
      return event.ref === `refs/heads/${event.default_branch}` && filters.some(({ cron }) => cron === event.cron)
    default:
      throw new Error(`the event ${event.name} is not modelled`)
  }
}
