// A failure that is told in one line: what is wrong, and what mends it. Anything else that is thrown is a fault of ours.
export class Failure extends Error {}

/** Runs `main`; a Failure becomes one line on stderr and exit code 1.
 * @param {() => Promise<void>} main */
export async function orFail(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`shellac: ${error.message}\n`)
    process.exitCode = 1
  }
}
