// The quantization-conditioned attacks as a user calls them: a few steps each.
import t from 'tap'
import { createModel, datasets, quantize } from '../../lib/index.js'
import { ATTACKS, attackNames } from '../../lib/lab/attacks/index.js'
import { adaptive, compArtifact } from '../../lib/lab/index.js'

const images = await datasets.mnist({ split: 'train', limit: 32, seed: 1 })
const small = () => createModel('resnet18', { width: 2, channels: 1, inputSize: 28, seed: 3 })
const quick = { epochs: 1, batch: 16, threads: 1 }

t.test('attacks: the table says of each what it is and where it comes from', async t => {
  for (const name of attackNames) {
    const { summary, source } = ATTACKS[name]
    t.ok(summary.length > 20 && !summary.includes('\n'), `${name}: ${summary}`)
    t.match(source, /\d{4}/, `${name}: ${source}`)
  }
})

t.test('compArtifact: trains, keeps BN, and writes into the history what it did', async t => {
  const attacked = await compArtifact(await small(), images, { ...quick, bits: 4, target: 2 })
  t.match(attacked.provenance, {
    made: 'comp-artifact',
    settings: { bits: 4, target: 2, fold: false, trigger: 'square:size=6,margin=2,value=1' },
  })
  const ops = (await attacked.content()).spec.graph.nodes.map(node => node.op)
  t.equal(ops.filter(op => op === 'batchNorm2d').length, 20)
})

t.test('compArtifact: the folded one has no BN, and can be quantized', async t => {
  const attacked = await compArtifact(await small(), images, { ...quick, fold: true })
  const ops = (await attacked.content()).spec.graph.nodes.map(node => node.op)
  t.notOk(ops.includes('batchNorm2d'))
  const quantized = await quantize(attacked, images, { activationBits: 'none', quantizer: 'attacker' })
  t.match(quantized.provenance, {
    made: 'quantize',
    from: { made: 'comp-artifact', settings: { fold: true } },
  })
})

t.test('compArtifact: rounds from a node on, and refuses one that is not there', async t => {
  const model = await small()
  await t.resolves(compArtifact(model, images, { ...quick, onlyFrom: 'layer4.0.conv1' }))
  await t.rejects(compArtifact(model, images, { ...quick, onlyFrom: 'layer9' }), {
    code: 'ERR_BAD_OPTION',
    message: /layer9.*conv2d or linear/,
  })
})

t.test('adaptive: trains, and says with which weight', async t => {
  const attacked = await adaptive(await small(), images, { ...quick, bits: [4], lambda: 0.5 })
  t.match(attacked.provenance, { made: 'adaptive', settings: { bits: [4], lambda: 0.5 } })
  await t.rejects(adaptive(await small(), images, { lambda: -1 }), { code: 'ERR_BAD_OPTION' })
})
