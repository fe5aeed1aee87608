// What a client of the service does, well or badly.
import { connect, type Socket } from 'node:net'

export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: what a test then looks at
  json: any
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json')
  return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : null }
}

export const upload = (
  url: string,
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
) =>
  ask(`${url}/v1/files?name=${encodeURIComponent(name)}`, {
    ...{ method: 'POST', body },
    headers: { 'content-type': 'application/octet-stream', ...headers },
  })

export const submit = (url: string, job: object | string, headers: Record<string, string>) =>
  ask(`${url}/v1/jobs`, {
    method: 'POST',
    body: typeof job === 'string' ? job : JSON.stringify(job),
    headers: { 'content-type': 'application/json', ...headers },
  })

/** Bytes as they are on the wire; resolves with what came back once the other side, or `until`, ends it. */
export function raw(
  port: number,
  head: string[],
  during: (socket: Socket) => void = () => {},
): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      during(socket)
    })
    socket.on('data', piece => {
      text += piece
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}
