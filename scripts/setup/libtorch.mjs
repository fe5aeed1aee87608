// Step 2: a libtorch to build against. One that is there is used; otherwise one is fetched.
import { fetchLibtorch } from '../libtorch/fetch.mjs'
import { listLibtorch } from '../libtorch/find.mjs'
import { Failure } from './failure.mjs'
import { say } from './run.mjs'

export async function libtorch() {
  const found = buildable()
  if (found) return found
  const refused = listLibtorch()
  for (const { path, why } of refused)
    say(`libtorch at ${path} cannot be used: ${why ?? 'it has no headers'}`)
  if (process.env.SHELLAC_LIBTORCH) {
    throw new Failure('SHELLAC_LIBTORCH names a libtorch that cannot be used. Run: unset SHELLAC_LIBTORCH')
  }
  await fetchLibtorch()
  const fetched = buildable()
  if (!fetched) throw new Failure(`the libtorch just fetched cannot be used: ${listLibtorch()[0]?.why}`)
  return fetched
}

// The package that holds a libtorch for machines without Python has no headers.
function buildable() {
  return listLibtorch().find(({ ok, headers }) => ok && headers)
}
