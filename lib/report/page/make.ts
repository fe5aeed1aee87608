// The files of a report, from the folder that it is about.
import { join } from 'node:path'
import { checkWritable, makeFolder, writeWhole } from '../../files.js'
import type { Settings } from '../../options.js'
import type { ReportResult, reportOptions } from '../../report.js'
import { answerOf } from './answer.js'
import { type Chart, standalone } from './chart.js'
import { allCharts, chartsOf } from './charts.js'
import { readFolder } from './folder.js'
import { page } from './page.js'
import { measuredModels } from './roles.js'

export async function makeReport(
  folder: string,
  { figures, ...rest }: Settings<typeof reportOptions>,
): Promise<ReportResult> {
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
}

async function writeFigures(folder: string, charts: Chart[]): Promise<string[]> {
  await makeFolder(folder, 'figures')
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
