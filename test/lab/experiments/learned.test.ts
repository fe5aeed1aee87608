// Attacks with learned triggers as cells: each is measured with the trigger that lies beside its model.
import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type ExperimentInput, runExperiment } from '../../../lib/lab/experiments/index.js'

const experiment = (cells: ExperimentInput['cells']): ExperimentInput => ({
  name: 'learned',
  title: 'Learned triggers',
  cells,
  scales: {
    smoke: {
      datasets: { mnist: { source: 'mnist', train: 64, test: 40 } },
      architectures: { resnet18: { width: 1 } },
      clean: { epochs: 1 },
      attack: { epochs: 1, dormancyEpochs: 1, poisonRate: 0.25 },
      triggers: {
        'input-aware': 'input-aware:width=1,maskEpochs=1',
        issba: 'issba:width=1,bits=2,epochs=1',
      },
      calibration: 16,
    },
  },
})
const pq = { name: 'pq-backdoor', label: 'pq-input-aware', options: { trigger: 'input-aware' } }

t.test('cells of learned triggers, and a trigger that was damaged', async t => {
  const out = t.testdir({})
  const options = { out, threads: 1 }
  const grid = (bits: 8 | 4) =>
    experiment([
      { dataset: 'mnist', attack: ['input-aware', 'issba'], bits: 32 },
      { dataset: 'mnist', attack: pq, attackBits: 8, bits },
    ])
  const { rows, done, failed } = await runExperiment(grid(8), options)
  t.match({ done, failed }, { done: 3, failed: 0 }, rows.map(({ reason }) => reason).join())
  for (const { asr } of rows) t.type(asr, 'number')
  const models = join(out, 'models')
  const learned = (await readdir(models)).filter(file => file.endsWith('.trigger.safetensors'))
  t.equal(learned.length, 3)
  for (const file of learned) await truncate(join(models, file), 100)
  t.match(await runExperiment(grid(4), options), { done: 3, failed: 0 }, 'is made again')
})
