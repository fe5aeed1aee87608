import { run } from '../setup/run.mjs'

const env = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore', PIP_NO_COMPILE: '1' }
const remedy = 'Or set SHELLAC_LIBTORCH to a libtorch that is already here (a folder with lib/).'

/** @param {string[]} args */
export function pip([command, ...args]) {
  return run('python3', ['-m', 'pip', command, '--no-input', ...args], { env, remedy })
}
