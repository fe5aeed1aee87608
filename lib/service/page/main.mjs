// The page's behaviour: from the form to the verdict.
import { ask, keepToken } from './api.mjs'
import { run } from './run.mjs'
import { at, begin, end, fail, save, showVerdict, step } from './view.mjs'

let stop = () => {}
let found = { report: '', purified: { job: '', output: '' } }

const chosenFile = id => at(id).files[0]
const bits = id => (at(id).value === 'none' ? 'none' : Number(at(id).value))

function order() {
  const architecture = at('architecture').value.trim()
  const withZip = document.querySelector('input[name=data]:checked').value === 'zip'
  return {
    model: chosenFile('model'),
    images: withZip ? chosenFile('images') : undefined,
    load: architecture ? { architecture } : {},
    options: {
      weightBits: bits('weight-bits'),
      activationBits: bits('activation-bits'),
      quantizer: at('quantizer').value,
    },
    audit: at('audit').checked,
  }
}

async function start() {
  const controller = new AbortController()
  stop = () => controller.abort(new Error('stopped'))
  begin()
  try {
    const { jobs, purified } = await run(order(), controller.signal, step)
    const path = `/v1/report?${jobs.map(id => `job=${id}`).join('&')}`
    const verdict = await (await ask(path, { headers: { accept: 'application/json' } })).json()
    found = { report: await (await ask(path)).text(), purified }
    showVerdict(verdict, found.report)
  } catch (error) {
    if (error.status === 401) askForToken()
    fail(error.message)
  } finally {
    end()
  }
}

/** A route of its own, since browsers write an answer 401 to the console. */
async function checkAccess(otherwise) {
  try {
    const { authorized } = await (await ask('/v1/session')).json()
    at('access').hidden = authorized
    if (!authorized) askForToken()
    if (!authorized && otherwise) fail(otherwise)
  } catch (error) {
    fail(error.message)
  }
}

function askForToken() {
  at('access').hidden = false
  at('token').focus()
}

async function download() {
  const { job, output } = found.purified
  try {
    const answer = await ask(`/v1/jobs/${job}/outputs/${encodeURIComponent(output)}`)
    save(await answer.blob(), output)
  } catch (error) {
    fail(error.message)
  }
}

function showChosen() {
  at('chosen').textContent = chosenFile('model')?.name ?? 'Drop a model here, or choose a file'
}

at('order').addEventListener('submit', event => {
  event.preventDefault()
  void start()
})
at('access').addEventListener('submit', async event => {
  event.preventDefault()
  keepToken(at('token').value.trim())
  at('token').value = ''
  at('failure').hidden = true
  await checkAccess('this token is not known here')
})
for (const radio of document.querySelectorAll('input[name=data]')) {
  radio.addEventListener('change', () => {
    const images = at('images')
    images.required = radio.value === 'zip'
    images.disabled = !images.required
  })
}
for (const [event, over] of Object.entries({
  dragenter: true,
  dragover: true,
  dragleave: false,
  drop: false,
})) {
  at('drop').addEventListener(event, () => at('drop').classList.toggle('over', over))
}
at('model').addEventListener('change', showChosen)
at('cancel').addEventListener('click', () => stop())
at('download').addEventListener('click', () => void download())
at('save-report').addEventListener('click', () =>
  save(new Blob([found.report], { type: 'text/html' }), 'report.html'),
)

void checkAccess()
