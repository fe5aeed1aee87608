// Published figures as data, in the notation of the tables: "BA/ASR/DER".
import type { PaperRowInput } from '../schema.js'

/**
 * "93.86/3.09/98.03": BA, ASR and DER in percent; the last may be missing or "-". A DER that does not follow from the
 * table's own BA and ASR is written "55.20!49.25": what follows, and what is printed.
 */
export function figures(text: string): Omit<PaperRowInput, 'where'> {
  const [ba = '', asr = '', rating = '-'] = text.split('/')
  const [der = '-', printed] = rating.split('!')
  return {
    ba: Number(ba),
    asr: Number(asr),
    ...(der !== '-' && { der: Number(der) }),
    ...(printed !== undefined && { printedDer: Number(printed) }),
  }
}

type Labels = PaperRowInput['where']

/** A table as printed: a line for each value of one axis, a figure in it for each of the columns. */
export function printedTable(
  axis: string,
  columns: Labels[],
  lines: Record<string, string[]>,
  common: Labels = {},
): PaperRowInput[] {
  return Object.entries(lines).flatMap(([label, cells]) =>
    cells.map((text, at) => ({ where: { ...common, ...columns[at], [axis]: label }, ...figures(text) })),
  )
}
