// One failed assertion, for a reader: where, what was expected, and the lines around it.

/** @param {string[]} path @param {{ name: string, diag?: Record<string, any> | null }} result */
export function describe(path, { name, diag }) {
  const lines = [`FAIL ${[...path, name].join(' > ')}`]
  const { at, diff, found, wanted, compare, stack, source, signal, exitCode, timeout } = diag ?? {}
  if (at?.fileName) lines.push(`at ${at.fileName}:${at.lineNumber}:${at.columnNumber}`)
  if (signal) lines.push(`ended by ${signal}`)
  if (exitCode) lines.push(`ended with exit code ${exitCode}`)
  if (timeout) lines.push(`not done after ${timeout} ms`)
  if (source) lines.push(source)
  if (diff) lines.push(diff)
  else if (found !== undefined || wanted !== undefined) {
    lines.push(`found ${JSON.stringify(found)}, ${compare ?? 'wanted'} ${JSON.stringify(wanted)}`)
  }
  if (stack) lines.push(stack)
  return lines.flatMap(text => String(text).trimEnd().split('\n')).join('\n    ')
}
