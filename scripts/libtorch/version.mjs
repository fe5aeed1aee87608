// The libtorch versions that this source is written for. libtorch's C++ interface holds within a minor version, not
// beyond it, so each has a core of its own, built from the same source.
export const supportedMinors = ['2.11', '2.13', '2.14']

/** What set-up fetches where nothing else is said. */
export const defaultVersion = '2.13.0'

/** "2.13" of "2.13.0+cpu". @param {string} version */
export function minorOf(version) {
  return version.split('.').slice(0, 2).join('.')
}
