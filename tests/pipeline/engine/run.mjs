// What GitHub would do with a workflow and an event.
import './json_imports.mjs'

import { answerLines } from '../../node_answers.mjs'

const { convertWorkflowTemplate, isMapping, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser')
const { github } = await import('./contexts.mjs')
const { evaluate, filled, isTrue } = await import('./expressions.mjs')
const { triggers } = await import('./triggers.mjs')

async function parsed(name, content) {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter())
  const problems = () => context.errors.getErrors().map(({ message }) => message)
  if (value === undefined || problems().length > 0) throw new Error(problems().join('\n'))
  const template = await convertWorkflowTemplate(context, value)
  if (template.errors) throw new Error(template.errors.map(({ Message }) => Message).join('\n'))
  const root = Object.fromEntries([...value].map((pair) => [pair.key.toString(), pair.value]))
  const continuing = [...root.jobs].filter((job) =>
    [...job.value].some(({ key, value }) => `${key}` === 'continue-on-error' && `${value}` === 'true'),
  )
  return { ...template, title: root.name?.toString() ?? name, continuing: continuing.map(({ key }) => `${key}`) }
}

/** All jobs that must have ended before this one. */
function ancestors(id, byId) {
  const own = (byId[id].needs ?? []).map(({ value }) => value)
  return new Set(own.flatMap((each) => [each, ...ancestors(each, byId)]))
}

function statusOf(job, byId, ended, runIsCancelled) {
  const before = [...ancestors(job.id.value, byId)].map((each) => ended[each].seen)
  // What has none before it was settled before somebody cancelled the run.
  const cancelled = runIsCancelled && before.includes('cancelled')
  return {
    always: true,
    cancelled,
    failure: before.includes('failure'),
    success: !cancelled && before.every((result) => result === 'success'),
  }
}

function settled(job, { contexts, results, cancelled, byId, ended, continuing }) {
  const id = job.id.value
  const runs = isTrue(evaluate(job.if.expression, contexts, statusOf(job, byId, ended, cancelled)))
  const inside = { ...contexts, env: {}, inputs: contexts.inputs, matrix: {}, strategy: {}, secrets: {} }
  const result = runs ? (results[id] ?? 'success') : 'skipped'
  return {
    result,
    // Others take the failure of a job with continue-on-error for a success (actions/toolkit#581).
    seen: result === 'failure' && continuing.includes(id) ? 'success' : result,
    needs: contexts.needs,
    environment: runs ? (filled(nameOf(job.environment), inside) ?? null) : null,
    concurrency: runs ? group(filled(job.concurrency, inside)) : null,
  }
}

/** The part of `environment` that is known before the job begins: its URL may come from a step. */
function nameOf(environment) {
  if (environment === undefined || !isMapping(environment)) return environment
  return [...environment].find(({ key }) => `${key}` === 'name').value
}

const group = (concurrency) => (typeof concurrency === 'string' ? { group: concurrency } : (concurrency ?? null))

function jobsOf(template, question, context) {
  const { results = {}, outputs = {}, vars = {}, cancelled = false, event } = question
  const byId = Object.fromEntries(template.jobs.map((job) => [job.id.value, job]))
  for (const id of [...Object.keys(results), ...Object.keys(outputs)]) {
    if (!(id in byId)) throw new Error(`there is no job ${id}`)
  }
  const ended = {}
  let waiting = template.jobs
  while (waiting.length > 0) {
    const ready = waiting.filter((job) => (job.needs ?? []).every(({ value }) => value in ended))
    for (const job of ready) {
      const needs = Object.fromEntries(
        (job.needs ?? []).map(({ value }) => [value, { result: ended[value].seen, outputs: outputs[value] ?? {} }]),
      )
      const contexts = { github: context, needs, vars, inputs: event.inputs ?? {} }
      ended[job.id.value] = settled(job, { contexts, results, cancelled, byId, ended, continuing: template.continuing })
    }
    waiting = waiting.filter((job) => !ready.includes(job))
  }
  return ended
}

async function answer(question) {
  try {
    const template = await parsed(question.name, question.content)
    const context = github(question.event, template.title)
    if (!triggers(template.events, question.event)) return { triggered: false, jobs: {}, github: context }
    const contexts = { github: context, vars: question.vars ?? {}, inputs: question.event.inputs ?? {} }
    return {
      triggered: true,
      github: context,
      concurrency: group(filled(template.concurrency, contexts)),
      jobs: jobsOf(template, question, context),
    }
  } catch (error) {
    return { error: error.message }
  }
}

await answerLines(answer)
