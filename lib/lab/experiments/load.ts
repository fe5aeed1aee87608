// An experiment by its name, or from a file: JSON, or a module whose default export it is.
import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ShellacError } from '../../errors.js'
import { CATALOGUE } from './catalogue/index.js'
import { type Experiment, parseExperiment } from './schema.js'

const MODULES = ['.ts', '.mts', '.js', '.mjs']

/**
 * @param nameOrPath a name of the catalogue, or a path that ends in .json, .ts, .mts, .js or .mjs. A module is the
 *   user's own code, and is executed.
 * @throws ERR_BAD_OPTION
 */
export async function loadExperiment(nameOrPath: string): Promise<Experiment> {
  const extension = extname(nameOrPath)
  if (extension === '.json') return parseExperiment(await readJson(nameOrPath))
  if (MODULES.includes(extension)) return parseExperiment(await importDefault(nameOrPath))
  const known = CATALOGUE.find(({ name }) => name === nameOrPath)
  if (known) return parseExperiment(known)
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'experiment',
    found: JSON.stringify(nameOrPath),
    expected: `${CATALOGUE.map(({ name }) => name).join(', ')}, or a .json or .ts file`,
  })
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }
    return module.default
  } catch (error) {
    const blind = (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION'
    throw unreadable(
      path,
      error,
      blind ? 'use Node 22.18 or later, which reads TypeScript, or a .json file' : undefined,
    )
  }
}

const unreadable = (path: string, error: unknown, remedy?: string): ShellacError =>
  new ShellacError(
    'ERR_BAD_OPTION',
    {
      thing: `experiment ${path}`,
      found: (error as Error).message,
      expected: 'a file with an experiment, in a module as its default export',
      ...(remedy && { remedy }),
    },
    { cause: error },
  )
