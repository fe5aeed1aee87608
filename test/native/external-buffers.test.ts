// Electron and other runtimes forbid ArrayBuffers over memory that V8 did not allocate. So no addon makes any: the
// functions of Node-API that would are not among the names that they import.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { builtCores, corePath, loaderPath } from '../../lib/native/addons.js'

const FORBIDDEN = [
  'napi_create_external_arraybuffer',
  'napi_create_external_buffer',
  'node_api_create_buffer_from_arraybuffer',
]

t.test('no addon makes an external ArrayBuffer or Buffer', async t => {
  const addons = [loaderPath(), ...builtCores().map(corePath)].filter(path => path !== undefined)
  t.ok(addons.length >= 2)
  for (const path of addons) {
    const binary = readFileSync(path)
    t.ok(binary.includes('napi_get_value_string_utf8'), `${path} names what it imports`)
    for (const name of FORBIDDEN) t.notOk(binary.includes(name), `${path}: ${name}`)
  }
})

t.test('the switch of node-addon-api that leaves them out is always on', async t => {
  const cmake = readFileSync(join(import.meta.dirname, '..', '..', 'CMakeLists.txt'), 'utf8')
  t.match(cmake, /target_compile_definitions\(shellac PRIVATE[^)]*NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED/)
})
