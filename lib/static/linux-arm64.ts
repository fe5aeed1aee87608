// For programs that were bundled: `import 'shellac-torch/linux-arm64'` names every native file in a way that a bundler can
// follow, and says where they have come to lie.
import { fileURLToPath } from 'node:url'
import { configure } from '../native/configure.js'

configure({
  loader: fileURLToPath(new URL('../../prebuilds/linux-arm64/shellac-torch.glibc.node', import.meta.url)),
  cores: {
    '2.11': fileURLToPath(new URL('../../prebuilds/linux-arm64/cores/torch-2.11.node', import.meta.url)),
    '2.13': fileURLToPath(new URL('../../prebuilds/linux-arm64/cores/torch-2.13.node', import.meta.url)),
    '2.14': fileURLToPath(new URL('../../prebuilds/linux-arm64/cores/torch-2.14.node', import.meta.url)),
  },
})
