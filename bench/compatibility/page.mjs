// docs/compatibility.md, made of the rows of docs/results/compatibility.json.
const exponent = value =>
  value === 0
    ? '0'
    : value
        .toExponential(0)
        .replace('e-', '·10⁻')
        .replace(/⁻(\d+)/, digits)
const digits = (_, number) => `⁻${[...number].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`

const HEAD = `# Which models load

Models of torchvision and timm, as PyTorch saves them, through all that Shellac does: load, the same logits as PyTorch's
(largest difference over the largest logit of two images, at most 10⁻⁴), export to ONNX and run in onnxruntime-node
(at most 10⁻⁴ from our own forward pass), quantize to W8A8, purify to 4-bit weights (closed form, eight images), export that
and compare in onnxruntime-node again (at most 10⁻³). The weights are random, seeded: the table is about operations.
Those of *resnet18_trained* are the ones of \`examples/models\`, in torchvision's network; the trained weights that torchvision and
timm offer for download have not been tried. [Deployment](deploy.md) compares trained models on thousands of images.
`

/** \`versions\` of the packages that exported; a cell is the difference to PyTorch's logits, or where it stopped. */
export function page(versions, rows) {
  const formats = [...new Set(rows.map(({ format }) => format))]
  const models = [...new Set(rows.map(({ model }) => model))]
  const notes = []
  const cell = (model, format) => {
    const row = rows.find(row => row.model === model && row.format === format)
    if (!row) return ''
    if (!row.failed) return exponent(row.difference)
    if (!notes.includes(row.reason)) notes.push(row.reason)
    return `${row.failed} (${notes.indexOf(row.reason) + 1})`
  }
  const parameters = model => rows.find(row => row.model === model).parameters.toLocaleString('en')
  const lines = models.map(model => [model, parameters(model), ...formats.map(format => cell(model, format))])
  const head = ['model', 'parameters', ...formats]
  const table = [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n')
  const whole = rows.filter(({ failed }) => !failed)
  const most = key => exponent(Math.max(...whole.filter(row => key in row).map(row => row[key])))
  return `${HEAD}
${table}

A number: everything works, and the logits are that far from PyTorch's. A word: what did not, with the reason below. (Of
models with more than 3 million parameters only the first format that loads was quantized, purified and exported.) Of the
${whole.length} that work: in onnxruntime-node the floats are at most ${most('exported')} from Shellac's own forward pass, the purified
models ${most('purified')}; at W8A8 at least ${Math.min(...whole.filter(row => 'w8a8Agreement' in row).map(row => row.w8a8Agreement)).toFixed(0)} % of the eight images have the same top-1.

${notes.map((note, at) => `${at + 1}. ${note.replaceAll('|', '\\|')}`).join('\n')}

Made with ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}:
\`python bench/compatibility/export.py FOLDER && node bench/compatibility/table.mjs FOLDER\`
([results](results/compatibility.json)).
`
}
