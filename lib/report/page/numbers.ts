// Numbers as people read them; the same everywhere, whatever the locale.

/** "97.3 %"; a dash where there is none. */
export const percentOf = (value: number | null | undefined): string =>
  value == null ? '–' : `${value.toFixed(1)} %`

/** Three figures that say something: "0.0123", "1.23e-7". */
export function short(value: number | null | undefined): string {
  if (value == null) return '–'
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(+value.toPrecision(3))
}

export const fixed = (value: number | null | undefined, digits: number): string =>
  value == null ? '–' : value.toFixed(digits)

/** Last part of a path. */
export const baseName = (path: string): string => path.split(/[/\\]/).at(-1) || path

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
