// Step 2: a libtorch to build against. One that is there is used; otherwise one is fetched.
import { fetchLibtorch } from '../libtorch/fetch.mjs'
import { findLibtorch, listLibtorch } from '../libtorch/find.mjs'
import { Failure } from './failure.mjs'
import { say } from './run.mjs'

export async function libtorch() {
  const found = findLibtorch()
  if (found) return found
  const refused = listLibtorch()
  for (const { path, why } of refused) say(`libtorch at ${path} cannot be used: ${why}`)
  if (process.env.SHELLAC_LIBTORCH) {
    throw new Failure('SHELLAC_LIBTORCH names a libtorch that cannot be used. Run: unset SHELLAC_LIBTORCH')
  }
  await fetchLibtorch()
  const fetched = findLibtorch()
  if (!fetched) throw new Failure(`the libtorch just fetched cannot be used: ${listLibtorch()[0]?.why}`)
  return fetched
}
