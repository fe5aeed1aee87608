// Who may use the service: tokens, each with the name of its owner.
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ShellacError } from '../errors.js'

const OWNER = /^[A-Za-z0-9._-]{1,64}$/
const TOKEN = /^[A-Za-z0-9._~+/=-]{24,512}$/

const hashed = (token: string): Buffer => createHash('sha256').update(token).digest()

export class Tokens {
  readonly #owners: { owner: string; hash: Buffer }[]

  private constructor(owners: { owner: string; hash: Buffer }[]) {
    this.#owners = owners
  }

  /**
   * @param text lines or comma-separated parts `owner:token`; lines that begin with # say nothing
   * @throws ERR_BAD_OPTION; no token is ever quoted
   */
  static parse(text: string, source: string): Tokens {
    const parts = text.split('\n').flatMap(line => (line.trim().startsWith('#') ? [] : line.split(',')))
    const entries = parts.map(part => part.trim()).filter(part => part !== '')
    return new Tokens(entries.map((entry, at) => entryOf(entry, `${source}, token ${at + 1}`)))
  }

  get count(): number {
    return this.#owners.length
  }

  /** Looks at all tokens whatever is found, and compares hashes: time tells nothing of a token. */
  ownerOf(token: string): string | undefined {
    const hash = hashed(token)
    let found: string | undefined
    for (const one of this.#owners) if (timingSafeEqual(one.hash, hash)) found = one.owner
    return found
  }
}

function entryOf(entry: string, thing: string): { owner: string; hash: Buffer } {
  const colon = entry.indexOf(':')
  const [owner, token] = [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()]
  const fault = (found: string, expected: string) =>
    new ShellacError('ERR_BAD_OPTION', {
      thing,
      found,
      expected,
      remedy: 'make one: echo "alice:$(openssl rand -hex 32)" >> tokens',
    })
  if (colon < 1 || !OWNER.test(owner)) {
    throw fault('no name of an owner', 'owner:token, the owner of letters, digits, ".", "_" and "-"')
  }
  if (!TOKEN.test(token)) {
    throw fault(`a token of ${token.length} characters for ${owner}`, '24 to 512 letters and digits')
  }
  return { owner, hash: hashed(token) }
}

/** Of the file, or of SHELLAC_TOKENS; undefined where neither is given. */
export async function readTokens(
  path: string | undefined,
  environment = process.env.SHELLAC_TOKENS,
): Promise<Tokens | undefined> {
  const tokens =
    path !== undefined
      ? Tokens.parse(await textOf(path), path)
      : environment
        ? Tokens.parse(environment, 'SHELLAC_TOKENS')
        : undefined
  if (tokens?.count !== 0) return tokens
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: path ?? 'SHELLAC_TOKENS',
    found: 'no token',
    expected: 'owner:token, one a line',
  })
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new ShellacError(
      'ERR_BAD_OPTION',
      { thing: 'option "tokens"', found: (error as Error).message, expected: 'a file that can be read' },
      { cause: error },
    )
  }
}
