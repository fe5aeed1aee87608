// Writes docs/api from the docstrings: `npm run docs`.
import { apiReference } from './check/api.mjs'
import { orFail } from './setup/failure.mjs'
import { say } from './setup/run.mjs'

await orFail(async () => {
  await apiReference({ fix: true })
  say('docs/api is written')
})
