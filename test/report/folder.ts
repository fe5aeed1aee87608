// Tiny JSON as the commands write it, with names that would be markup where they were not escaped.

export const HOSTILE = '<script>alert(1)</script>'

const run = (command: string, options: object = {}) => ({
  shellac: '0.1.0',
  command,
  arguments: ['m.safetensors'],
  options: { data: 'mnist', seed: 7, ...options },
})

const measured = (role: string, ba: number, asr: number, more: object = {}) =>
  JSON.stringify({
    ...{ ba, asr, ra: 100 - asr, samples: 1000, triggered: 900 },
    ...more,
    model: { name: HOSTILE, role },
    run: run('measure', { trigger: 'square' }),
  })

const bytes = (count: number, value: (at: number) => number) =>
  Buffer.from(Uint8Array.from({ length: count }, (_, at) => value(at))).toString('base64')

export const audit = {
  verdict: 'backdoored',
  class: 0,
  className: HOSTILE,
  score: 7.25,
  threshold: 3,
  falseAlarmRate: { rate: 0, models: 8, atMost: 0.31 },
  evidence: ['rounded by attacker, class 0 is had cheaply'],
  presets: [
    {
      ...{ quantizer: 'attacker', verdict: 'backdoored', class: 0, score: 7.25, gap: 0.91, maskArea: 4.5 },
      ...{ judged: true, agreement: 98.5 },
    },
  ],
  classes: Array.from({ length: 10 }, (_, index) => ({
    ...{
      class: index,
      name: index === 0 ? HOSTILE : `class ${index}`,
      maskArea: index === 0 ? 4.5 : 80 + index,
    },
    ...{ gap: index === 0 ? 0.91 : -0.02, score: index === 0 ? 7.25 : 0.4 },
  })),
  trigger: {
    class: 0,
    shape: [3, 8, 8],
    mask: bytes(64, at => (at > 50 ? 255 : 0)),
    pattern: bytes(192, at => (at * 5) % 256),
  },
  layers: ['conv1', 'layer1.0.conv1', 'fc'].map((name, at) => ({ name, drift: 0.001 * 4 ** at, flipped: 0 })),
  disagreement: [8, 4].map(bits => ({ quantizer: 'attacker', bits, changed: 10 / bits })),
  images: 512,
  run: run('audit'),
}

export const purify = {
  ...{ method: 'lac', solver: 'closed-form', quantizer: 'attacker', weightBits: 4, activationBits: null },
  ...{ calibration: 1024, seconds: 3.25, out: 'p.safetensors' },
  units: ['conv1', HOSTILE, 'layer4.1.downsample.conv'].map((unit, at) => ({
    ...{ unit, lossBefore: 0.04 / 10 ** at, lossAfter: at === 2 ? null : 0.01 / 10 ** at, pda: at > 0 },
  })),
  provenance: {
    shellac: '0.1.0',
    made: 'purify',
    settings: { data: 'mnist', seed: 4711 },
    from: { shellac: '0.1.0', made: 'train', settings: { note: HOSTILE }, from: null },
  },
  run: run('purify'),
}

const row = (defence: string, seed: number, asr: number, paper: object | null) => ({
  ...{
    id: `${defence}${seed}`,
    status: 'done',
    dataset: 'cifar10',
    attack: 'pq-backdoor',
    attackBits: 4,
    bits: 4,
  },
  ...{ defence, seed, ba: 80, asr, ra: 1, der: defence === 'none' ? null : 95, paper },
})

export const experiment = {
  ...{
    name: 'table-1',
    title: 'Table 1',
    command: 'shellac experiment table-1 --scale small',
    scale: 'small',
  },
  versions: { shellac: '0.1.0', libtorch: '2.11.0' },
  rows: [
    row('none', 0, 96, { ba: 91, asr: 99.3 }),
    row('none', 1, 98, { ba: 91, asr: 99.3 }),
    row('lac', 0, 3, { ba: 91.5, asr: 0.85, der: 99 }),
    { ...row('lac', 1, 3, null), ...{ status: 'failed', ba: null, asr: null, der: null } },
  ],
}

const verify = {
  ...{
    equal: true,
    tolerance: 1e-4,
    images: 100,
    agreement: 100,
    largestAbsolute: 2e-6,
    largestRelative: 3e-7,
  },
  ...{ worstImage: 3, firstDifference: null, run: run('verify') },
  a: { name: 'p.safetensors', engine: 'shellac' },
  b: { name: HOSTILE, engine: 'onnxruntime' },
}

/** As of t.testdir(). */
export const FOLDER: Record<string, string> = {
  'audit.json': JSON.stringify(audit),
  'purify.json': JSON.stringify(purify),
  'measure-a.json': measured('full precision', 98.51, 0.33),
  'measure-b.json': measured('nearest rounding', 97.22, 99.89),
  'measure-c.json': measured('purified', 98.44, 0.56, { der: 99.67 }),
  'verify.json': JSON.stringify(verify),
  'table-1.small.json': JSON.stringify(experiment),
  '<b>odd.json': '{"colour": "green"}',
  'cut.json': '{"ba": 1',
  'broken.safetensors': 'no model',
}
