// The report of a job as files: report.json as the command line would print it, and report.html.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { report } from '../../report.js'
import { version } from '../../version.js'
import type { Work } from './work.js'

export async function writeReport({ kind, options, folder, out }: Work, result: object): Promise<void> {
  const document = { ...result, run: { shellac: version, command: kind, arguments: [], options } }
  const alone = join(folder, 'report')
  await mkdir(alone)
  const json = join(out, 'report.json')
  await writeFile(json, `${JSON.stringify(document)}\n`)
  await copyFile(json, join(alone, 'report.json'))
  await report(alone, { out: join(out, 'report.html') })
  await rm(alone, { recursive: true })
}
