// The official wheels that `shellac setup` fetches, and their SHA-256. Always those for CPython 3.11: what is wanted of
// a wheel, libtorch, is the same for every Python. Wheels without a build tag have a CUDA backend on x86-64, and none on
// arm64.
const pins = {
  'torch-2.11.0-cp311-cp311-manylinux_2_28_x86_64.whl':
    '7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a',
  'torch-2.11.0-cp311-cp311-manylinux_2_28_aarch64.whl':
    'd91aac77f24082809d2c5a93f52a5f085032740a1ebc9252a7b052ef5a4fddc6',
  'torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl':
    '60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7',
  'torch-2.13.0-cp311-cp311-manylinux_2_28_aarch64.whl':
    '092790c696a760c729fd5722835f50b9d81fd7c8f141571f3f3cf4081a8f664c',
  'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl':
    '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b',
  'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_aarch64.whl':
    '84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7',
  'torch-2.14.1-cp311-cp311-manylinux_2_28_x86_64.whl':
    '305a61f61f35f128579f299c5bd33d475f6a01c6307336139632e30856c4854d',
  'torch-2.14.1-cp311-cp311-manylinux_2_28_aarch64.whl':
    'ef1276fd07adb8d463ac402a24ea7482e45c9a42df8ebdac211aa757779200ba',
}

/** The hash that a wheel of that file name has to have; undefined where none is pinned. @param {string} file */
export function pinOf(file) {
  return Object.hasOwn(pins, file) ? pins[file] : undefined
}

/** The latest pinned version of a minor: "2.14.1" for "2.14". A whole version stays as it is. @param {string} torch */
export function exactVersion(torch) {
  if (/^\d+\.\d+\.\d+$/.test(torch)) return torch
  return Object.keys(pins)
    .map(file => file.match(/^torch-([\d.]+)/)[1])
    .findLast(version => version.startsWith(`${torch}.`))
}
