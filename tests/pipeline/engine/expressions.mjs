// GitHub's expression engine over made-up contexts.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import { isBasicExpression, isMapping, isString } from '@actions/workflow-parser'

const STATUS = ['always', 'cancelled', 'failure', 'success']

/** A context in which a name that GitHub does not know is a mistake, not null. */
class Closed extends data.Dictionary {
  constructor(name, pairs) {
    super(...pairs)
    this.name = name
  }

  get(key) {
    const value = super.get(key)
    if (value === undefined) throw new Error(`${this.name}.${key} is not part of the made-up context`)
    return value
  }
}

function encoded(value) {
  if (value === null || value === undefined) return new data.Null()
  if (Array.isArray(value)) return new data.Array(...value.map(encoded))
  switch (typeof value) {
    case 'string':
      return new data.StringData(value)
    case 'number':
      return new data.NumberData(value)
    case 'boolean':
      return new data.BooleanData(value)
    default:
      return new data.Dictionary(...pairs(value))
  }
}

const pairs = (value) => Object.entries(value).map(([key, inside]) => ({ key, value: encoded(inside) }))
const decoded = (value) => JSON.parse(JSON.stringify(value, data.replacer))

/**
 * What an expression without its braces comes to.
 *
 * `contexts` are plain objects by name, `status` the four status functions by name. What it does not name, such as
 * hashFiles, is no function here.
 */
export function evaluate(expression, contexts, status = {}) {
  const functions = new Map(
    STATUS.map((name) => [
      name,
      { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(status[name] ?? name === 'always') },
    ]),
  )
  const names = Object.keys(contexts)
  const tree = new Parser(new Lexer(expression).lex().tokens, names, [...functions.values()]).parse()
  const closed = names.map((key) => ({
    key,
    value: ['github', 'needs'].includes(key) ? new Closed(key, pairs(contexts[key])) : encoded(contexts[key]),
  }))
  return decoded(new Evaluator(tree, new data.Dictionary(...closed), functions).evaluate())
}

/** A value of the workflow with its expressions evaluated: text, number, flag or table. */
export function filled(token, contexts) {
  if (token === undefined) return undefined
  if (isBasicExpression(token)) return evaluate(token.expression, contexts)
  if (isString(token)) return token.value
  if (isMapping(token)) {
    return Object.fromEntries([...token].map(({ key, value }) => [key.toString(), filled(value, contexts)]))
  }
  return token.toJSON()
}

/** Whether a value counts as true in a condition. */
export const isTrue = (value) => ![false, 0, '', null].includes(value)
