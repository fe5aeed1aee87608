// The service, as the page asks it. The token lives as long as the tab.
const TOKEN = 'shellac-token'

export class ServiceError extends Error {
  constructor(status, { code = 'ERR_INTERNAL', message = `the service answered ${status}` } = {}) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const keepToken = token => sessionStorage.setItem(TOKEN, token)

function authorization() {
  const token = sessionStorage.getItem(TOKEN)
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** The answer, if it is a success. */
export async function ask(path, { headers = {}, ...rest } = {}) {
  const answer = await fetch(path, { ...rest, headers: { ...authorization(), ...headers } })
  if (answer.ok) return answer
  const { error } = await answer.json().catch(() => ({}))
  throw new ServiceError(answer.status, error)
}

/** A file as it is; fetch() does not tell how much has been sent. */
export function upload(file, signal, onProgress) {
  const request = new XMLHttpRequest()
  request.open('POST', `/v1/files?name=${encodeURIComponent(file.name)}`)
  request.setRequestHeader('content-type', 'application/octet-stream')
  for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value)
  request.responseType = 'json'
  request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
  signal.addEventListener('abort', () => request.abort())
  return new Promise((resolve, reject) => {
    request.onload = () => {
      const { status, response } = request
      if (status === 201) resolve({ hash: response.hash, extension: response.extension })
      else reject(new ServiceError(status, response?.error))
    }
    request.onabort = () => reject(signal.reason)
    request.onerror = () => reject(new ServiceError(0, { message: 'the connection to the service was lost' }))
    request.send(file)
  })
}

export async function submit(job) {
  const body = JSON.stringify(job)
  const answer = await ask('/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return (await answer.json()).id
}

export const cancel = id => ask(`/v1/jobs/${id}`, { method: 'DELETE' })

export const statusOf = async id => (await ask(`/v1/jobs/${id}`)).json()

/** Tells of each change; EventSource cannot send a token. */
export async function follow(id, signal, onStatus) {
  const { body } = await ask(`/v1/jobs/${id}/events`, { signal })
  let text = ''
  for await (const piece of piecesOf(body)) {
    const events = (text + piece).split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const status = event.match(/^event: status\ndata: (.*)$/)
      if (status) onStatus(JSON.parse(status[1]))
    }
  }
}

async function* piecesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
