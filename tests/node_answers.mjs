// Answers questions for the tests: see node.py.
import { createInterface } from 'node:readline'

/** Reads lines, each a JSON list of questions, and writes a line with the list of their answers, in the same order. */
export async function answerLines(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    const answers = []
    for (const question of JSON.parse(line)) answers.push(await answer(question))
    process.stdout.write(`${JSON.stringify(answers)}\n`)
  }
}
