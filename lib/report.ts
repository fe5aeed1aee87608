import { atCall } from './errors.js'
import { type Input, lazySchema, parse } from './options.js'
import type { Answer } from './report/page/answer.js'

export const reportOptions = lazySchema(z =>
  z.strictObject({
    out: z
      .string()
      .min(1)
      .optional()
      .describe('where the page goes; report.html where neither out nor figures is given'),
    figures: z.string().min(1).optional().describe('folder for the charts alone, as SVG and PNG'),
  }),
)
/** Options of report(). Values and defaults: docs/options.md. */
export type ReportOptions = Input<typeof reportOptions>

/** What a report says, and which files it was made of. */
export interface ReportResult {
  /** "good", "warning", "bad", or "unknown" where the files do not say. */
  tone: Answer['tone']
  headline: string
  /** The page; null where only charts were asked for. */
  out: string | null
  /** Charts that were written. */
  figures: string[]
  /** Files that were read. */
  files: string[]
  /** Of them, those that were not understood. */
  unknown: string[]
}

/**
 * Makes one HTML page, which needs nothing else, of what commands left in a folder: JSON of purify, quantize, measure,
 * audit, verify, demo and experiments, and model files (docs/report.md). The same files give the same bytes.
 *
 * @throws ERR_BAD_DATA (no folder, or nothing in it to report), ERR_BAD_OPTION (out or figures cannot be written)
 * @example await report('./audit-of-resnet18', { out: 'report.html' })
 */
export function report(folder: string, options: ReportOptions = {}): Promise<ReportResult> {
  return atCall(report, async () => {
    const settings = await parse('report', reportOptions, options)
    const { makeReport } = await import('./report/page/make.js')
    return makeReport(folder, settings)
  })
}
