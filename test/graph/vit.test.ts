// Vision transformers from TorchScript, against PyTorch (make_vit.py).
import { readFileSync } from 'node:fs'
import t from 'tap'
import { folder, forward, load, native, relativeError } from './recorded.js'

const { cases } = JSON.parse(readFileSync(`${folder}vit.json`, 'utf8')) as { cases: Record<string, number[]> }

for (const [name, logits] of Object.entries(cases))
  t.test(`${name}: the same logits, self-attention as linears that can be quantized`, async t => {
    const model = await load(`${name}.traced.pt`, [3, 16, 16])
    const error = relativeError(await forward(model, [2, 3, 16, 16]), logits)
    t.ok(error < 1e-5, `relative error ${error}`)
    const { graph, units } = native.describe(model)
    const count = (op: string) => graph.nodes.filter(node => node.op === op).length
    t.same([count('linear'), count('attention'), count('tokens'), count('selectToken')], [9, 2, 1, 1])
    t.equal(units.length, 10)
    const joint = graph.nodes.find(node => node.op === 'attention')?.inputs[0]
    const { parameters } = graph.nodes.find(node => node.name === joint)!
    t.same(parameters.weight, 'layers.0.self_attention.in_proj_weight')
  })
