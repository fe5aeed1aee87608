// Which wheels hold the CUDA libraries that a CUDA build of libtorch asks for.
//
// The wheel of torch itself tells the exact versions (its METADATA, Requires-Dist), in one of two forms: a wheel a
// library (`nvidia-cuda-runtime-cu12==12.8.90`), or one name for all of them with extras
// (`cuda-toolkit[cublas,cudart,...]==13.0.3`).
const parts = [
  // library, extra of cuda-toolkit, wheel
  ['libcudart', 'cudart', 'nvidia-cuda-runtime'],
  ['libcupti', 'cupti', 'nvidia-cuda-cupti'],
  ['libnvrtc', 'nvrtc', 'nvidia-cuda-nvrtc'],
  ['libcublas', 'cublas', 'nvidia-cublas'],
  ['libcublasLt', 'cublas', 'nvidia-cublas'],
  ['libcufft', 'cufft', 'nvidia-cufft'],
  ['libcufile', 'cufile', 'nvidia-cufile'],
  ['libcurand', 'curand', 'nvidia-curand'],
  ['libcusolver', 'cusolver', 'nvidia-cusolver'],
  ['libcusparse', 'cusparse', 'nvidia-cusparse'],
  ['libnvJitLink', 'nvjitlink', 'nvidia-nvjitlink'],
  ['libnvToolsExt', 'nvtx', 'nvidia-nvtx'],
  ['libcudnn', undefined, 'nvidia-cudnn'],
  ['libcusparseLt', undefined, 'nvidia-cusparselt'],
  ['libnccl', undefined, 'nvidia-nccl'],
  ['libnvshmem_host', undefined, 'nvidia-nvshmem'],
]

/** What pip has to install so that `libraries` are there.
 * @param {string[]} libraries sonames
 * @param {string} metadata of the torch wheel
 * @returns {{ requirements: string[], unknown: string[] }} */
export function wheelsFor(libraries, metadata) {
  const requires = [...metadata.matchAll(/^Requires-Dist: *(.+?)\r?$/gm)].map(match => parse(match[1]))
  const requirements = new Set()
  const unknown = []
  for (const library of libraries) {
    const found = requirementFor(library, requires)
    if (found) requirements.add(found)
    else unknown.push(library)
  }
  return { requirements: [...requirements], unknown }
}

function parse(requirement) {
  const [, name, extras = '', rest] = requirement.match(/^([\w.-]+)(?:\[([^\]]*)\])?(.*)$/)
  return { name, extras: extras.split(',').map(extra => extra.trim()), rest }
}

function requirementFor(library, requires) {
  const stem = library.replace(/\.so.*$/, '')
  const part = parts.find(([name]) => name === stem)
  if (!part) return
  const [, extra, wheel] = part
  const direct = requires.find(({ name }) => name.replace(/-cu\d+$/, '') === wheel)
  if (direct) return `${direct.name}${direct.rest}`
  const bundle = requires.find(({ extras }) => extra !== undefined && extras.includes(extra))
  if (bundle) return `${bundle.name}[${extra}]${bundle.rest}`
}
