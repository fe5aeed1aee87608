// A small model made, run, quantized and run again under valgrind's memcheck, without Node.
//   npm run test:valgrind
import { spawnSync } from 'node:child_process'
import { Failure, orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { smoke } from './build.mjs'

await orFail(async () => {
  const { program } = await smoke()
  const began = performance.now()
  const { status, error } = spawnSync(
    'valgrind',
    [
      '--error-exitcode=9',
      '--leak-check=no', // libtorch keeps its registries to the end
      '--num-callers=20',
      program,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, OMP_NUM_THREADS: '1' } },
  )
  if (error) throw new Failure(`valgrind: ${error.message}. Run: apt-get install valgrind`)
  if (status !== 0) throw new Failure(`valgrind ended with ${status}; what it found is above`)
  console.log(`nothing found, in ${Math.round((performance.now() - began) / 1000)} s`)
})
