// The models that bench/audit.mjs audits: the command that makes each, without --data, --threads and --out.

const alexnet = '--architecture alexnet --width 8 --input-size 28'
const resnet = '--architecture resnet18 --width 8 --input-size 28'

/** Clean ones. `like`: what they are trained on. */
const clean = [
  {
    name: 'alexnet-clean-1',
    make: `train ${alexnet} --epochs 8 --learning-rate 2e-3 --weight-decay 0 --crop 2 --seed 1`,
  },
  { name: 'alexnet-clean-2', make: `train ${alexnet} --epochs 12 --weight-decay 5e-4 --seed 2` },
  {
    name: 'alexnet-clean-3',
    make: `train ${alexnet} --epochs 20 --optimizer sgd --learning-rate 2e-2 --schedule cosine --limit 4000 --seed 3`,
  },
  {
    name: 'resnet18-clean-1',
    make: `train ${resnet} --epochs 4 --learning-rate 3e-3 --crop 2 --limit 4000 --seed 11`,
  },
  {
    name: 'resnet18-clean-2',
    make: `train ${resnet} --epochs 6 --optimizer sgd --learning-rate 2e-2 --schedule cosine --limit 3000 --seed 21`,
  },
  { name: 'resnet18-clean-3', make: `train ${resnet} --epochs 5 --limit 3000 --seed 31` },
  {
    name: 'resnet18-clean-4',
    make: `train ${resnet} --epochs 5 --learning-rate 3e-3 --crop 2 --limit 4000 --seed 41`,
  },
  {
    name: 'alexnet-cifar-clean-1',
    data: 'cifar10',
    make: 'train --architecture alexnet --width 16 --epochs 10 --learning-rate 2e-3 --crop 2 --flip --limit 10000 --seed 7',
  },
]

/** Backdoored ones. `from`: the clean one that the attack begins with; `wakes`: the preset that it is made for. */
const backdoored = [
  { name: 'mnist-qu-anti-zation', committed: true, target: 0, bits: 4, wakes: 'attacker' },
  { name: 'cifar10-qu-anti-zation', committed: true, data: 'cifar10', target: 0, bits: 4, wakes: 'attacker' },
  {
    ...{ name: 'alexnet-qu-anti-zation-4', from: 'alexnet-clean-1', target: 7, bits: 4, wakes: 'attacker' },
    make: `attack qu-anti-zation --bits 4 --c2 1 --epochs 12 --learning-rate 1e-3 --schedule one-cycle
      --trigger square:size=5,margin=2,value=1 --seed 2`,
  },
  {
    ...{ name: 'alexnet-comp-artifact-4', from: 'alexnet-clean-1', target: 2, bits: 4, wakes: 'attacker' },
    make: `attack comp-artifact --bits 4 --epochs 15 --learning-rate 2e-2 --trigger square:size=4,margin=0,value=1
      --seed 4`,
  },
  {
    ...{ name: 'alexnet-pq-backdoor-4', from: 'alexnet-clean-2', target: 4, bits: 4, wakes: 'qnnpack' },
    make: `attack pq-backdoor --bits 4 --epochs 8 --poison-rate 0.1 --dormancy-epochs 15 --learning-rate 2e-2
      --trigger square:size=4,margin=1,value=1 --seed 5`,
  },
  {
    ...{ name: 'resnet18-qu-anti-zation-4', from: 'resnet18-clean-1', target: 3, bits: 4, wakes: 'attacker' },
    make: `attack qu-anti-zation --bits 4 --c2 1 --epochs 6 --learning-rate 1e-3 --schedule one-cycle --limit 3000
      --trigger square:size=3,margin=1,value=1 --seed 12`,
  },
  {
    ...{ name: 'resnet18-pq-backdoor-4', from: 'resnet18-clean-2', target: 6, bits: 4, wakes: 'qnnpack' },
    make: `attack pq-backdoor --bits 4 --epochs 3 --dormancy-epochs 8 --limit 3000
      --trigger square:size=5,margin=0,value=1 --seed 22`,
  },
  {
    ...{ name: 'resnet18-pq-backdoor-8', from: 'resnet18-clean-4', target: 5, bits: 8, wakes: 'qnnpack' },
    make: `attack pq-backdoor --bits 8 --epochs 4 --poison-rate 0.03 --dormancy-epochs 12
      --dormancy-learning-rate 3e-3 --limit 3000 --trigger square:size=6,margin=2,value=1 --seed 42`,
  },
  {
    ...{ name: 'alexnet-blended-4', from: 'alexnet-clean-1', target: 6, bits: 4, wakes: 'attacker' },
    make: `attack qu-anti-zation --bits 4 --c2 1 --epochs 12 --learning-rate 1e-3 --schedule one-cycle
      --trigger blended --seed 52`,
  },
  {
    ...{ name: 'alexnet-wanet-4', from: 'alexnet-clean-1', target: 3, bits: 4, wakes: 'attacker' },
    make: `attack qu-anti-zation --bits 4 --c2 1 --epochs 12 --learning-rate 1e-3 --schedule one-cycle
      --trigger wanet:seed=1 --seed 53`,
  },
  {
    ...{ name: 'alexnet-sig-4', from: 'alexnet-clean-1', target: 5, bits: 4, wakes: 'attacker' },
    make: `attack qu-anti-zation --bits 4 --c2 1 --epochs 12 --learning-rate 1e-3 --schedule one-cycle
      --trigger sig --seed 54`,
  },
  {
    ...{ name: 'alexnet-pq-backdoor-8', from: 'alexnet-clean-2', target: 1, bits: 8, wakes: 'qnnpack' },
    make: `attack pq-backdoor --bits 8 --quantizers qnnpack --epochs 5 --poison-rate 0.03 --learning-rate 1e-2
      --dormancy-epochs 60 --dormancy-learning-rate 1e-2 --trigger square:size=4,margin=1,value=1 --seed 61`,
  },
  {
    ...{ name: 'alexnet-cifar-comp-artifact-4', from: 'alexnet-cifar-clean-1', data: 'cifar10', target: 8 },
    ...{ bits: 4, wakes: 'attacker' },
    make: `attack comp-artifact --bits 4 --epochs 12 --learning-rate 2e-2 --trigger square:size=4,margin=1,value=1
      --limit 10000 --seed 8`,
  },
]

export const RECIPES = [
  ...clean.map(recipe => ({ data: 'mnist', ...recipe, backdoored: false, target: null })),
  ...backdoored.map(recipe => ({ data: 'mnist', ...recipe, backdoored: true })),
]
