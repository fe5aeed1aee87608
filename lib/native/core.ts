import type { Native } from '../../binding.js'

/** The native core, found and opened at the first call; until then nothing of it is loaded, so that `import` is free. */
export async function loadNative(): Promise<Native> {
  const { loadNative: load } = await import('./load.js')
  return load()
}
