import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type ReportResult, reportOptions, report as run } from '../../report.js'
import { flagsOf } from '../flags.js'
import { define } from '../run.js'

/** shellac report DIR --out F [--open] [--figures DIR] */
export async function report(program: Command): Promise<void> {
  const flags = await flagsOf(reportOptions)
  const command = program
    .command('report')
    .description('one HTML page from what other commands left in a folder with --json')
    .argument('<dir>', 'folder of .json and .safetensors files')
    .option('--open', 'show the page in the browser')
  flags.addTo(command)
  define(command, async (_context, values, [folder = '']) => {
    const result = await run(folder, flags.read(values))
    if (values.open === true && result.out !== null) open(result.out)
    return { json: result, text: describe(result) }
  })
}

function describe({ headline, out, figures, files, unknown }: ReportResult): string {
  return [
    headline,
    '',
    `${files.length} files read${unknown.length > 0 ? `, not understood: ${unknown.join(', ')}` : ''}`,
    ...(out === null ? [] : [`page: ${out}`]),
    ...figures,
  ].join('\n')
}

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' }

/** A machine without a browser is no failure: the page is there. */
function open(path: string): void {
  const child = spawn(OPENERS[process.platform] ?? 'xdg-open', [resolve(path)], {
    detached: true,
    stdio: 'ignore',
  })
  child.on('error', () => process.stderr.write(`shellac: no browser was found; open ${path}\n`))
  child.unref()
}
