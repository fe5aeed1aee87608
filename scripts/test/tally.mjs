// Counts assertions in a TAP stream and tells of each file as it ends, and of each failure in full.
//
// tap's own numbers leave out what is no assertion: a file that was ended by a signal, that broke its plan, or in which
// no test ran. Here each of these is one failure, so that "0 failed" means what it says.
import { Parser } from 'tap-parser'
import { describe } from './failure-text.mjs'

export class Tally {
  passed = 0
  failed = 0
  skipped = 0
  /** @type {Parser} to be written to */
  parser = new Parser()
  #say

  /** @param {(line: string) => void} say */
  constructor(say) {
    this.#say = say
    this.#watch(this.parser, [])
    this.parser.on('bailout', reason => this.#fail([], { name: `gave up: ${reason}` }))
  }

  get line() {
    return `${this.passed} passed, ${this.failed} failed${this.skipped > 0 ? `, ${this.skipped} skipped` : ''}`
  }

  #watch(parser, path) {
    let child
    parser.on('child', subtest => {
      child = { name: subtest.name, before: this.#numbers() }
      this.#watch(subtest, [...path, subtest.name])
    })
    parser.on('assert', result => {
      const closes = child !== undefined && child.name === result.name
      if (closes) this.#closeSubtest(path, result, child.before)
      else this.#count(path, result)
      if (closes && path.length === 0) this.#closeFile(result, child.before)
      child = undefined
    })
    parser.on('extra', text => {
      if (text.trim() !== '') this.#say(text.trimEnd())
    })
  }

  #count(path, result) {
    if (result.skip || result.todo) this.skipped++
    else if (result.ok) this.passed++
    else this.#fail(path, result)
  }

  // A subtest's own result repeats those in it, unless nothing in it says why it failed.
  #closeSubtest(path, result, before) {
    const empty = path.length === 0 && result.skip === 'no tests found'
    if (result.skip && !empty) this.skipped++
    else if (empty) this.#fail(path, { ...result, name: `${result.name}: no test ran in it` })
    else if (!result.ok && this.failed === before.failed) this.#fail(path, result)
  }

  #closeFile(result, before) {
    const [passed, failed] = [this.passed - before.passed, this.failed - before.failed]
    const seconds = result.time === undefined ? '' : `, ${(result.time / 1000).toFixed(1)} s`
    this.#say(
      `${failed > 0 ? 'FAIL' : 'ok  '} ${result.name} (${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${seconds})`,
    )
  }

  #fail(path, result) {
    this.failed++
    this.#say(describe(path, result))
  }

  #numbers() {
    return { passed: this.passed, failed: this.failed }
  }
}
