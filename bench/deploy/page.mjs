// Puts the tables of docs/results/deploy-*.json between the markers of docs/deploy.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const [BEGIN, END] = ['<!-- tables -->', '<!-- end of tables -->']

function table(title, { rows, images, count }) {
  const head = [
    'by',
    'bits',
    'file',
    'BA',
    'ASR',
    "BA, Shellac's forward",
    "ASR, Shellac's forward",
    'agreement',
  ]
  const lines = rows.map(row => [
    row.by,
    row.bits,
    row.format,
    row.ba,
    row.asr,
    row.baShellac,
    row.asrShellac,
    `${row.agreement} · ${row.agreementTriggered}`,
  ])
  const body = [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`)
  return [
    `**${title}** (${images}, ${count} images; percent; BA and ASR in onnxruntime-node)`,
    '',
    ...body,
  ].join('\n')
}

const read = name => JSON.parse(readFileSync(`${docs}results/deploy-${name}.json`, 'utf8'))
const tables = [table('Digits', read('mnist')), table('CIFAR-10', read('cifar10'))].join('\n\n')
const page = readFileSync(`${docs}deploy.md`, 'utf8')
const from = page.indexOf(BEGIN) + BEGIN.length
writeFileSync(`${docs}deploy.md`, `${page.slice(0, from)}\n\n${tables}\n\n${page.slice(page.indexOf(END))}`)
