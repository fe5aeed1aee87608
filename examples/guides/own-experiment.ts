// An experiment of your own: LAC at three bit widths, on the attacker's quantizer and on another, over two seeds.
//   npx shellac experiment examples/guides/own-experiment.ts --scale smoke --out results
import { defineExperiment } from 'shellac-torch/lab'

export default defineExperiment({
  name: 'own',
  title: 'LAC at four, three and two bits',
  cells: [
    {
      dataset: 'mnist',
      attack: 'qu-anti-zation',
      attackBits: 4,
      bits: [4, 3, 2],
      defence: ['none', 'lac', { name: 'lac-pda', label: 'more-columns', options: { columns: 16_000 } }],
      quantizer: ['attacker', 'mse'],
    },
  ],
  scales: { smoke: { seeds: [0, 1] } },
})
