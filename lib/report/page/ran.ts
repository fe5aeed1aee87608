// Last: what exactly was run? Commands, settings, seeds, versions, and the hashes of what the page was made from.
import type { Folder } from './folder.js'
import { type Html, html } from './html.js'
import { baseName, isObject } from './numbers.js'
import type { Run } from './schema.js'
import { table } from './table.js'

export function ranSection(folder: Folder): Html {
  return html`<section aria-labelledby="ran"><h2 id="ran">What exactly was run?</h2>
${commands(folder)}
${histories(folder)}
${folder.models.length > 0 && models(folder)}
${hashes(folder)}
${folder.unknown.length > 0 && unknown(folder)}</section>`
}

function commands(folder: Folder): Html | null {
  const runs = [
    ...[folder.quantizations, folder.measurements, folder.audits, folder.verifications, folder.demos].flatMap(
      files =>
        files.map(({ file, content }: { file: string; content: { run?: Run } }) => ({
          file,
          version: content.run?.shellac ?? '–',
          command: content.run ? commandLine(content.run) : 'not told in the file',
        })),
    ),
    ...folder.experiments.map(({ file, content }) => ({
      file,
      version: versionsOf(content.versions),
      command: content.command + (content.machine ? `  (${content.machine})` : ''),
    })),
  ]
  if (runs.length === 0) return null
  return table(
    'Commands, and the version that ran them',
    ['file', 'command', 'Shellac'],
    runs.map(({ file, command, version }) => [file, html`<code>${command}</code>`, version]),
  )
}

const versionsOf = (versions: Record<string, unknown> | undefined): string =>
  versions
    ? Object.entries(versions)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')
    : '–'

function commandLine({ command, arguments: args, options }: NonNullable<Run>): string {
  const flags = Object.entries(options).flatMap(([name, value]) => flagOf(name, value))
  return ['shellac', command, ...args.map(quoted), ...flags].join(' ')
}

function flagOf(name: string, value: unknown): string[] {
  const kebab = name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  if (value === true) return [`--${kebab}`]
  if (value === false) return [`--no-${kebab}`]
  return [`--${kebab} ${quoted(Array.isArray(value) ? value.join(' ') : textOf(value))}`]
}

const quoted = (word: string): string =>
  /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

interface Step {
  made: string
  shellac: string
  settings: Record<string, unknown>
}

/** How each model came to be, the latest step first; of one file and of the JSON beside it only once. */
function histories({ quantizations, measurements, models, demos }: Folder): Html[] {
  const told = new Set(models.map(({ file }) => file))
  const byJson = quantizations
    .filter(({ content }) => !told.has(baseName(content.out ?? '')))
    .map(({ file, content }) => ({ file, steps: stepsIn(content.provenance) }))
  const trials = measurements.flatMap(({ file, content: { settings, run } }) =>
    settings ? [{ file, steps: [{ made: 'measure', shellac: run?.shellac ?? '', settings }] }] : [],
  )
  const ofDemos = demos.map(({ file, content }) => ({
    file,
    steps: [{ made: 'demo', shellac: content.run?.shellac ?? '', settings: content.settings }],
  }))
  return [...byJson, ...models, ...trials, ...ofDemos].flatMap(({ file, steps }) =>
    steps.length === 0
      ? []
      : [
          html`<details><summary>${summaryOf(file, steps)}</summary>
${steps.map(step => settingsTable(file, step))}</details>`,
        ],
  )
}

const summaryOf = (file: string, steps: Step[]): string =>
  steps[0]?.made === 'measure' || steps[0]?.made === 'demo'
    ? `Settings of ${file}`
    : `How ${file} came to be: ${steps.map(({ made }) => made).join(' ← ')}`

function stepsIn(provenance: unknown): Step[] {
  if (!isObject(provenance)) return []
  const { made, shellac, settings, from } = provenance
  const step = { made: textOf(made), shellac: textOf(shellac), settings: isObject(settings) ? settings : {} }
  return [step, ...stepsIn(from)]
}

const settingsTable = (file: string, { made, shellac, settings }: Step): Html =>
  table(
    `${made}, Shellac ${shellac || '–'} (${file})`,
    ['setting', 'value'],
    Object.entries(settings).map(([name, value]) => [name, textOf(value)]),
  )

const models = ({ models, hashes }: Folder): Html =>
  table(
    'Model files',
    ['file', 'numbers in it', 'history, latest first', 'SHA-256'],
    models.map(({ file, parameters, steps }) => [
      file,
      parameters,
      steps.map(({ made }) => made).join(' ← ') || 'not told in the file',
      html`<code>${hashes.find(hash => hash.file === file)?.sha256}</code>`,
    ]),
  )

const hashes = ({ hashes }: Folder): Html =>
  html`<details><summary>Files that this page was made from, with their hashes</summary>
${table(
  'Every file that was read',
  ['file', 'bytes', 'SHA-256'],
  hashes.map(({ file, bytes, sha256 }) => [file, bytes, html`<code>${sha256}</code>`]),
)}</details>`

const unknown = ({ unknown }: Folder): Html =>
  table(
    'Files that were not understood',
    ['file', 'why'],
    unknown.map(({ file, reason }) => [file, reason]),
  )
