import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { atCall, ShellacError } from './errors.js'
import { checkWritable, writeWhole } from './files.js'
import { type Input, lazySchema, parse } from './options.js'
import { type Answer, answerOf } from './report/page/answer.js'
import { type Chart, standalone } from './report/page/chart.js'
import { allCharts, chartsOf } from './report/page/charts.js'
import { readFolder } from './report/page/folder.js'
import { page } from './report/page/page.js'
import { measuredModels } from './report/page/roles.js'

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
export type ReportOptions = Input<typeof reportOptions>

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
    const { figures, ...rest } = await parse('report', reportOptions, options)
    const out = rest.out ?? (figures === undefined ? 'report.html' : null)
    if (out !== null) await checkWritable(out)
    const found = await readFolder(folder)
    const charts = chartsOf(found)
    const { tone, headline } = answerOf(found, measuredModels(found))
    if (out !== null) {
      const text = await page(found, charts)
      await writeWhole(out, file => file.writeFile(text))
    }
    return {
      ...{ tone, headline, out },
      figures: figures === undefined ? [] : await writeFigures(figures, allCharts(charts)),
      files: found.hashes.map(({ file }) => file),
      unknown: found.unknown.map(({ file }) => file),
    }
  })
}

async function writeFigures(folder: string, charts: Chart[]): Promise<string[]> {
  await makeFolder(folder)
  const { default: sharp } = await import('sharp')
  const written: string[] = []
  for (const chart of charts) {
    const svg = standalone(chart)
    const png = await sharp(Buffer.from(svg), { density: 144 })
      .flatten({ background: '#fff' })
      .png()
      .toBuffer()
    const base = join(folder, chart.id)
    await writeWhole(`${base}.svg`, file => file.writeFile(svg))
    await writeWhole(`${base}.png`, file => file.writeFile(png))
    written.push(`${base}.svg`, `${base}.png`)
  }
  return written
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw new ShellacError(
      'ERR_BAD_OPTION',
      { thing: 'option "figures"', found: (error as Error).message, expected: 'a folder that can be made' },
      { cause: error },
    )
  }
}
