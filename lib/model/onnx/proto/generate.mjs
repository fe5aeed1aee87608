// Writes onnx_pb.ts from onnx.proto (of ONNX 1.23.2, Apache-2.0, see https://github.com/onnx/onnx): needs Node 22.
//   node lib/model/onnx/proto/generate.mjs
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const template = join(folder, 'buf.gen.yaml')
writeFileSync(
  template,
  `version: v2
plugins:
  - local: protoc-gen-es
    out: .
    opt: [target=ts, import_extension=js]
`,
)
const packages = ['@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.17.0', '@bufbuild/protobuf@2.17.0']
try {
  execFileSync(
    'npx',
    [
      '--yes',
      ...packages.flatMap(name => ['-p', name]),
      'buf',
      'generate',
      '--template',
      template,
      '--path',
      'onnx.proto',
    ],
    { cwd: folder, stdio: 'inherit' },
  )
} finally {
  rmSync(template)
}
