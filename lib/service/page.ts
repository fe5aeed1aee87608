// GET /: the page for people. Its files lie in page/, and are read once.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { PRESETS } from '../options.js'
import { html } from '../report/page/html.js'
import { PAGE_STYLE } from '../report/page/style.js'
import { EXTENSIONS } from './extensions.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Part of the page for people, not of the API. */
    page?: boolean
  }
}

const FILES = [
  ['style.css', 'text/css'],
  ['main.mjs', 'text/javascript'],
  ['api.mjs', 'text/javascript'],
  ['run.mjs', 'text/javascript'],
  ['view.mjs', 'text/javascript'],
] as const

// The report is shown in a frame that has this policy too: its style is known by its hash.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const bytesOf = (name: string) => readFile(new URL(`page/${name}`, import.meta.url))

export async function pageRoutes(app: FastifyInstance): Promise<void> {
  const config = { open: true, page: true }
  const index = filled(String(await bytesOf('index.html')))
  app.get('/', { config }, async (_request, reply) =>
    reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(index),
  )
  for (const [name, type] of FILES) {
    const content = await bytesOf(name)
    app.get(`/page/${name}`, { config }, async (_request, reply) =>
      reply.header('cache-control', 'no-cache').type(`${type}; charset=utf-8`).send(content),
    )
  }
}

/** What the page offers is what the API takes. */
function filled(index: string): string {
  const presets = PRESETS.map(name => html`<option>${name}</option>`.text)
  const models = EXTENSIONS.filter(extension => extension !== '.zip')
  return index.replace('<!-- presets -->', presets.join('')).replace('<!-- models -->', models.join(','))
}
