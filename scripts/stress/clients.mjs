// What twenty clients send, well and badly, and the status that each deserves.
import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'

const MIB = 2 ** 20
const TYPE = 'application/octet-stream'

/** Each takes { port, token, size } and gives { status, hash }; a dropped connection has status null. */
export const UPLOADS = {
  good: { expected: 201, send: at => post(at, { body: randomBytes(at.size) }) },
  'good, chunked': { expected: 201, send: at => post(at, { body: randomBytes(at.size), chunked: true }) },
  'oversized, announced': { expected: 413, send: at => post(at, { body: randomBytes(MIB + 1) }) },
  'oversized, endless': { expected: 413, send: at => raw(at, endless) },
  'a path as its name': { expected: 400, send: at => post(at, { name: '../../../etc/passwd.onnx' }) },
  'a path, encoded twice': { expected: 400, send: at => post(at, { name: '..%2f..%2fpasswd' }) },
  'an unknown extension': { expected: 400, send: at => post(at, { name: 'model.exe' }) },
  'an empty body': { expected: 400, send: at => post(at, { body: Buffer.alloc(0) }) },
  'JSON instead': { expected: 415, send: at => post(at, { type: 'application/json', body: '{}' }) },
  'no HTTP': { expected: 400, send: at => raw(at, socket => socket.write('\0\xff nothing\r\n\r\n'), false) },
  'a wrong token': { expected: 401, send: at => post({ ...at, token: 'wrong'.repeat(8) }) },
  'no token': { expected: 401, send: at => post({ ...at, token: '' }) },
  'a dropped connection': { expected: null, send: at => raw(at, dropped) },
  'a slow client': { expected: 408, send: at => raw(at, slow) },
}

const GOOD = ['good', 'good', 'good, chunked', 'good']
const BAD = Object.keys(UPLOADS).filter(name => !name.startsWith('good'))

/** `count` names of uploads, every third a bad one, all kinds of them in turn. */
export const planned = count =>
  Array.from({ length: count }, (_, at) =>
    at % 3 === 2 ? BAD[Math.floor(at / 3) % BAD.length] : GOOD[at % GOOD.length],
  )

async function post({ port, token }, { name = 'model.onnx', body = 'x', type = TYPE, chunked = false } = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/files?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'content-type': type, ...(token && { authorization: `Bearer ${token}` }) },
    body: chunked ? new Blob([body]).stream() : body,
    ...(chunked && { duplex: 'half' }),
  })
  const said = await answer.json()
  const hash = createHash('sha256').update(body).digest('hex')
  if (answer.status === 201 && said.hash !== hash) throw new Error(`hash ${said.hash} for ${hash}`)
  return { status: answer.status, hash: answer.status === 201 ? hash : undefined }
}

function raw({ port, token }, act, withHead = true) {
  return new Promise(resolve => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      if (withHead) socket.write(head(token))
      act(socket)
    })
    socket.on('data', piece => {
      text += piece
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve({ status: Number(text.match(/^HTTP\/1.1 (\d+) /)?.[1] ?? 0) || null }))
  })
}

const head = token =>
  [
    ...['POST /v1/files?name=model.onnx HTTP/1.1', 'host: 127.0.0.1', `content-type: ${TYPE}`],
    ...[`authorization: Bearer ${token}`, 'transfer-encoding: chunked', '', ''],
  ].join('\r\n')

const chunk = bytes =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

function every(milliseconds, socket, act) {
  const timer = setInterval(act, milliseconds)
  socket.on('close', () => clearInterval(timer))
}

const endless = socket => every(5, socket, () => socket.write(chunk(randomBytes(65_536))))
const slow = socket => every(500, socket, () => socket.write(chunk(randomBytes(16))))
function dropped(socket) {
  socket.write(chunk(randomBytes(40_000)))
  setTimeout(() => socket.destroy(), 50)
}
