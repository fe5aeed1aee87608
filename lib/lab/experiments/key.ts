// Content addresses: the same settings, the same key, whatever the order in which they were written.
import { createHash } from 'node:crypto'

/**
 * Raised when a change of Shellac changes what the same settings give: then nothing that was kept under an older
 * revision counts any more.
 */
export const REVISION = 4

/** JSON with sorted keys; what is undefined is left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(item => canonical(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

/** 24 hexadecimal digits. */
export const keyOf = (settings: unknown): string =>
  createHash('sha256')
    .update(canonical({ revision: REVISION, settings }))
    .digest('hex')
    .slice(0, 24)
