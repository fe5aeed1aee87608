// What the page shows.
export const at = id => document.getElementById(id)

const WORDS = {
  waiting: 'waiting for a worker',
  delayed: 'will be tried again',
  active: 'working',
  completed: 'done',
  failed: 'failed',
  cancelled: 'stopped',
}
const MARKS = { good: '✓', warning: '!', bad: '✗', unknown: '?' }

/** A new line of the list; gives the function that brings it up to date. */
export function step(title) {
  const [line, name, note, bar] = ['li', 'span', 'span', 'progress'].map(tag => document.createElement(tag))
  name.textContent = title
  bar.setAttribute('aria-label', title)
  line.append(name, note, bar)
  at('steps').append(line)
  at('now').textContent = title
  return ({ state = 'active', step: part, done, total, etaSeconds }) => {
    if (state === 'completed') bar.value = bar.max = 1
    else if (total > 0) [bar.max, bar.value] = [total, done]
    const left = etaSeconds > 0 ? `, ${Math.ceil(etaSeconds)} s left` : ''
    const what = state === 'active' && part ? `${part}${left}` : WORDS[state]
    note.textContent = what
    if (WORDS[state] !== note.dataset.state) at('now').textContent = `${title}: ${WORDS[state]}`
    note.dataset.state = WORDS[state]
  }
}

export function begin() {
  at('steps').replaceChildren()
  at('failure').hidden = at('result').hidden = true
  at('run').hidden = false
  at('cancel').hidden = false
  at('start').disabled = true
}

export function end() {
  at('cancel').hidden = true
  at('start').disabled = false
}

export function fail(message) {
  at('failure').hidden = false
  at('failure').firstElementChild.textContent = message
}

export function showVerdict({ tone, headline }, report) {
  at('result').hidden = false
  at('verdict').className = tone
  at('verdict').firstElementChild.textContent = MARKS[tone]
  at('verdict').lastElementChild.textContent = headline
  at('report').srcdoc = report
  at('result-title').focus()
}

export function save(content, name) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
