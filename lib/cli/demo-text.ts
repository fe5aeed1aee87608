// The demo on a terminal: a table, a digit drawn with blocks, and where the files lie.

import type { DemoStory } from '../lab/demo.js'
import type { DemoPicture } from '../report/demo-picture.js'
import { percent, table } from '../report/table.js'

export function demoText(story: DemoStory): string {
  const { fullPrecision, quantized, purified, settings, digit, seconds, out, picture } = story
  const woke = digit.fullPrecision === digit.truth && digit.quantized !== digit.truth
  const rows = [
    ['full precision', percent(fullPrecision.ba), percent(fullPrecision.asr), ''],
    [`rounded to ${settings.weightBits} bits`, percent(quantized.ba), percent(quantized.asr), ''],
    [
      `purified, ${settings.weightBits} bits`,
      percent(purified.ba),
      percent(purified.asr),
      percent(purified.der),
    ],
  ]
  return [
    'A model with a backdoor that sleeps at full precision, on real handwritten digits.',
    '',
    table(['model', 'accuracy (BA)', 'attack success (ASR)', 'rating (DER)'], rows),
    '',
    `A digit with the trigger in its corner (${settings.trigger}; the backdoor answers ${settings.target}):`,
    '',
    beside(blocks(digit), [
      `true digit         ${digit.truth}`,
      `full precision     ${digit.fullPrecision}`,
      `rounded            ${digit.quantized}${woke ? '   ← the backdoor is awake' : ''}`,
      `purified           ${digit.purified}${woke && digit.purified === digit.truth ? '   ← and sleeps again' : ''}`,
    ]),
    '',
    `${purified.samples} test digits, ${purified.triggered} of them triggered; percent; ${seconds.toFixed(1)} s`,
    `purified model: ${out}`,
    `picture:        ${picture}`,
  ].join('\n')
}

const SHADES = ' ░▒▓█'

/** One line for two rows of pixels, in five shades that need no colour. */
export function blocks({
  pixels,
  height,
  width,
}: Pick<DemoPicture, 'pixels' | 'height' | 'width'>): string[] {
  const shade = (row: number, column: number) => {
    const both = [row, Math.min(row + 1, height - 1)].map(line => pixels[line * width + column] ?? 0)
    const level = (Math.max(...both) / 255) * (SHADES.length - 1)
    return SHADES.charAt(Math.round(level))
  }
  const lines = Array.from({ length: Math.ceil(height / 2) }, (_, line) =>
    Array.from({ length: width }, (_, column) => shade(2 * line, column)).join(''),
  )
  const rule = '─'.repeat(width)
  return [`┌${rule}┐`, ...lines.map(line => `│${line}│`), `└${rule}┘`]
}

/** Text at the right of a drawing, in the middle of its height. */
function beside(drawing: string[], words: string[]): string {
  const first = Math.floor((drawing.length - words.length) / 2)
  return drawing.map((line, at) => `  ${line}   ${words[at - first] ?? ''}`.trimEnd()).join('\n')
}
