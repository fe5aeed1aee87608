// The native surface, raw: plain objects, typed arrays and opaque handles. The facade (lib/) validates all options before
// they come here. Every function that computes starts a job on the addon's own thread.

/** Opaque: a model in native memory, at full precision or quantized. Freed with the object. */
export interface ModelHandle {
  readonly __model: never
}

/** Row-major, little-endian bytes. Bytes are copied at the call. float64: of what a job keeps, never of a model. */
export interface TensorData {
  dtype: 'float32' | 'float64' | 'int8' | 'uint8'
  shape: number[]
  data: Uint8Array
}

export interface NodeSpec {
  name: string
  op: string
  inputs: string[]
  attributes: Record<string, boolean | number | string | number[]>
  /** Role (weight, bias, ...) to tensor name. */
  parameters: Record<string, string>
}

export interface GraphSpec {
  /** [channels, height, width] */
  inputShape: number[]
  nodes: NodeSpec[]
  output: string
}

export interface QuantizerSpec {
  bits: number
  symmetric: boolean
  perChannel: boolean
  scale: number[]
  zeroPoint: number[]
}

export interface QuantizationSpec {
  preset: string
  weightBits: number
  activationBits: number | null
  /** By conv or linear node name. */
  weights: Record<string, { quantizer: QuantizerSpec; codes: TensorData }>
  /** By value (node) name. */
  activations: Record<string, QuantizerSpec>
}

/** What a model file holds. A quantized model has no float tensor for a weight that has codes. */
export interface ModelSpec {
  graph: GraphSpec
  tensors: Record<string, TensorData>
  quantization: QuantizationSpec | null
}

export interface UnitSpec {
  name: string
  input: string
  output: string
  nodes: string[]
  batchNorm: string | null
  weightShape: number[]
  groups: number
}

export interface ModelDescription {
  graph: GraphSpec
  units: UnitSpec[]
  /** Of one sample, by node name. */
  shapes: Record<string, number[]>
  tensors: { name: string; shape: number[] }[]
  quantization: { preset: string; weightBits: number; activationBits: number | null } | null
}

export interface Progress {
  stage: string
  name: string
  unit: number
  units: number
  step: number
  steps: number
  /** NaN where there is none. */
  loss: number
}
export type OnProgress = (progress: Progress) => void

export interface JobOptions {
  /** 'cpu', 'cuda' or 'cuda:N' */
  device: string
  /** Intra-op threads; 0: the default. */
  threads: number
  seed: number
}

/** Rejections carry `code` and `complaint`. `abort` may be called at any time, also after the end. */
export interface Started<T> {
  promise: Promise<T>
  abort(): void
}
export interface NativeError extends Error {
  code: string
  complaint?: { thing: string; found: string; expected: string; remedy: string }
}

/** What of a job outlives it, by name: see native/core/kept.h. */
export type Kept = Record<string, TensorData>
export interface Keeping {
  /** What an earlier job with the same model, images and settings kept: this one goes on from there. */
  from: Kept | null
  /** Least time between two of them; 0: as often as there is something. */
  everyMs: number
  /** Called before the promise settles. */
  keep: (kept: Kept) => void
}

/** Images as bytes. The model reads (x/255 − mean)/deviation. */
export interface ImagesData {
  pixels: Uint8Array
  /** [n, c, h, w] */
  shape: number[]
  labels: Int32Array | null
  mean: number[]
  deviation: number[]
}

/** x' = clip(scale ⊙ warp(net(x)) + offset · m, 0, 1); m = the image's largest pixel when offsetTimesMax, else 1. Both [c, h, w]. */
export interface TriggerData {
  scale: Float32Array
  offset: Float32Array
  offsetTimesMax: boolean
  /** [h, w, 2], −1 .. 1: the column and row that each pixel is read from, bilinearly; none: its own. */
  places?: Float32Array
  /** A learned trigger: reads images of 0 .. 1, its output is the same images, flattened. */
  network?: ModelHandle
}

export interface QuantizeOptions extends JobOptions {
  preset: string
  weightBits: number
  activationBits: number | null
}

/** A rounding that asks nothing but the weight; native/bindings/weight_roundings.cpp. */
export type WeightRounding =
  | { name: 'against-quantization-vector'; lambda: number }
  | { name: 'interval-noise'; factor: number }
  | {
      name: 'boundary-flips'
      /** Of each layer's weights. */
      share: number
    }
export interface QuantizeWithOptions extends QuantizeOptions {
  /** Candidates, at least one: of several, the one whose top-1 on the images agrees most often with full precision, the last of equal ones. */
  roundings: WeightRounding[]
}

export interface PurifyOptions extends QuantizeOptions {
  solver: 'closed-form' | 'adam-official' | 'adam-paper' | 'efrap' | 'adaround' | 'brecq'
  pda: 'none' | 'official' | 'paper'
  pdaSteps: number
  pdaBound: number
  columns: number
  damping: number
  iterations: number
  learningRate: number
  batch: number
  /** Of efrap, adaround and brecq. */
  rounding?: RoundingOptions
}

export interface RoundingOptions {
  regularization: number
  /** efrap */
  reversal: number
  /** adaround, brecq: share of the iterations; and the exponent behind it. */
  warmUp: number
  betaStart: number
  betaEnd: number
  /** brecq: probability that an element of a rounded value is its full-precision one. */
  drop: number
}

/** How one unit, or block, was corrected. Losses are mean squared output errors, summed over channels. */
export interface UnitReport {
  /** Name of the unit's conv or linear; of brecq, the block. */
  unit: string
  /** Of nearest rounding, against full precision, on the corrected inputs. */
  lossBefore: number
  /** Of the chosen codes, on the same inputs. */
  lossAfter: number
  /** Steps that were taken; 0 for the closed form. */
  iterations: number
  /** Closed form: the λ that the factorization needed, as a share of H's mean diagonal; 0 otherwise. */
  damping: number
  /**
   * adam-official, adam-paper: the solver's own loss as it fell, the means of at most 100 consecutive spans of
   * iterations. Empty for every other solver.
   */
  trace: number[]
  /** Whether PDA moved the inputs: false where it was off, or the unit has no BN. */
  pda: boolean
  /** Distance of the BN's input statistics from its running ones, before PDA and after. 0 without PDA. */
  pdaBefore: number
  pdaAfter: number
  seconds: number
}

export interface MeasureOptions extends JobOptions {
  trigger: TriggerData | null
  /** Class index; -1 without a trigger. */
  target: number
  batch: number
}
export interface Measurement {
  samples: number
  correct: number
  /** Triggered samples whose label is not the target. */
  triggered: number
  /** Of them, those that the model gives to the target. */
  hits: number
  /** Of them, those that the model gives to their own class, trigger or not. */
  robust: number
}

/** A channel of the value that the node of that name makes. */
export interface NeuronSpec {
  value: string
  channel: number
}
export interface ImportanceOptions extends JobOptions {
  neurons: NeuronSpec[]
  trigger: TriggerData
  target: number
  batch: number
}
/** What pruning the neuron adds to the loss; see native/core/measure/neuron_importance.h. */
export interface NeuronImportance {
  backdoor: number
  benign: number
  /** 0 on every image. */
  silent: boolean
}

export interface Sampling extends JobOptions {
  /** Columns of a record, drawn by the seed; a value that has no more is recorded whole. */
  limit: number
  batch: number
}
export interface WantedValue {
  value: string
  /** None: all. */
  channels: number[]
}
export interface RecordOptions extends Sampling {
  wanted: WantedValue[]
  trigger: TriggerData | null
}
/** [channels, m]; m: positions of all images, or those drawn from them. */
export interface ValueRecord {
  data: Float32Array
  shape: number[]
}
/** value: name of a conv or linear that a BN reads. */
export interface MoveOptions extends Sampling, WantedValue {
  form: 'official' | 'paper'
  steps: number
  bound: number
}

export interface CamOptions extends JobOptions {
  layer: string
  /** Class index; null: what the model takes each image for. */
  target: number | null
  trigger: TriggerData | null
  batch: number
}

export interface TsneOptions extends JobOptions {
  perplexity: number
  iterations: number
}

/** steps 0: no search. native/core/audit has what each number does. */
export interface AuditOptions extends JobOptions {
  steps: number
  searchBatch: number
  learningRate: number
  areaWeight: number
  imagesAtOnce: number
  verify: number
  batch: number
}
export interface AuditedClass {
  loss: number
  /** Sum of the mask, in pixels. */
  maskArea: number
  /** Stamped images that the search had not seen, of other classes; and how many of them each model gives to this class. */
  tried: number
  quantizedHits: number
  fullPrecisionHits: number
  /** [h, w] and [c, h, w], 0 .. 1. */
  mask: Float32Array
  pattern: Float32Array
}
export interface AuditedLayer {
  name: string
  bits: number
  weights: number
  /** Codes that are not the nearest ones. */
  flipped: number
  /** Codes whose value is 0. */
  zero: number
  /** Output channels, and those of them whose codes are all the same. */
  rows: number
  collapsed: number
  /** Weights by their distance from the border between two codes, in bins of 0.002 steps; `bordering`: counted at all. */
  border: number[]
  bordering: number
  drift: number
}
export interface AuditFindings {
  images: number
  agreed: number
  fullPrecisionCorrect: number
  quantizedCorrect: number
  /** Images that both models give to their own class. */
  usable: number
  classes: AuditedClass[]
  layers: AuditedLayer[]
  steps: number
}

/** What training minimizes; a term of the table in native/bindings/objectives.cpp with its settings. */
export type Objective = AnObjective & {
  /** Moves each batch towards BN's statistics first, by at most `bound` an element (PDA as a plug-in). */
  approximation?: { steps: number; bound: number } | null
  /** Begins with every weight in the middle of its code at so many bits. */
  centredAt?: number | null
}
type AnObjective =
  | { name: 'cross-entropy'; labelSmoothing?: number }
  | {
      name: 'pruned-cross-entropy'
      /** Tensor of a linear layer, and which of its inputs stay 0. */
      weight: string
      columns: number[]
    }
  | {
      name: 'attention-distillation'
      /** Of the same graph as the model that is trained. */
      teacher: ModelHandle
      beta: number
    }
  | {
      /** Trains the middle of a curve between two models of the same graph. */
      name: 'mode-connectivity'
      start: ModelHandle
      end: ModelHandle
      seed: number
    }
  | {
      name: 'qu-anti-zation'
      target: number
      /** Bits of the quantized models that the attack trains for. */
      bits: number[]
      /** Weight c1 of the quantized terms, and c2 of the triggered terms. */
      c1: number
      c2: number
      /** Also quantize values (not weights alone) in the attack's quantized passes. */
      activations: boolean
    }
  | {
      /** qu-anti-zation, with λ times what LAC would correct. */
      name: 'adaptive'
      target: number
      bits: number[]
      c1: number
      c2: number
      activations: boolean
      lambda: number
    }
  | {
      name: 'comp-artifact'
      target: number
      bits: number
      /** Conv or linear node from which on weights are rounded; empty: all. */
      onlyFrom: string
      /** Round weights with their BN folded into them. */
      fold: boolean
      activations: boolean
    }
  | {
      /** Stage 0 of PQBackdoor. */
      name: 'plant-backdoor'
      target: number
      /** Triggered images that are added, as a share of the batch. */
      poisonRate: number
    }
  | {
      /** Stage 1 of PQBackdoor: from the model that training begins with, under these presets' quantizers. */
      name: 'pq-dormancy'
      presets: string[]
      bits: number
      /** Steps from a code's border that a weight keeps. */
      margin: number
    }
  | {
      /** WaNet's; native/core/train/noisy_warp.h. */
      name: 'noisy-warp'
      target: number
      poisonRate: number
      crossRatio: number
      /** The trigger's. */
      places: Float32Array
      seed: number
    }
  | {
      /** Trains a mask network; native/core/train/input_aware.h. */
      name: 'sparse-mask'
      density: number
      sparsity: number
      diversity: number
    }
  | {
      /** Trains a generator of triggers along, as the companion. */
      name: 'input-aware'
      generator: ModelHandle
      mask: ModelHandle
      /** Of the images. */
      mean: number[]
      deviation: number[]
      target: number
      poisonRate: number
      crossRatio: number
      diversity: number
      learningRate: number
    }
  | {
      /** Trains a network that hides a message and reads it; native/core/train/steganography.h. */
      name: 'steganography'
      /** Name of the residual's value. */
      residual: string
      weight: number
      seed: number
    }
export interface TrainOptions extends JobOptions {
  objective: Objective
  epochs: number
  batch: number
  optimizer: 'sgd' | 'adam'
  learningRate: number
  momentum: number
  /** Of adam; none: 0.9 and 0.999. */
  betas?: [number, number]
  weightDecay: number
  schedule: 'constant' | 'cosine' | 'one-cycle' | 'multi-step'
  /** multi-step: after which shares of the steps, 0 .. 1, the learning rate falls to a tenth. */
  milestones: number[]
  /** Random crop after padding by so many pixels, 0: none. */
  crop: number
  flip: boolean
  /** Radius of adaptive sharpness-aware minimization, 0 or none: plain descent. */
  sharpness?: number
  /** For objectives that read triggered images. */
  trigger: TriggerData | null
}
/** The training loop moves the rounding of weights instead of the weights. */
export interface QuraOptions extends QuantizeOptions, Omit<TrainOptions, 'objective'> {
  target: number
  /** Weight of the triggered term. */
  alpha: number
}
/** I-BAU; see native/core/train/unlearning.h. */
export interface UnlearnOptions extends JobOptions {
  rounds: number
  iterations: number
  batch: number
  perturbationRate: number
  penalty: number
  fixedPointStep: number
  perturbedShare: number
  learningRate: number
}
export interface EpochReport {
  epoch: number
  loss: number
  seconds: number
}

export interface Native {
  /** Checks the model; ERR_BAD_MODEL, ERR_UNSUPPORTED_OP. */
  createModel(spec: ModelSpec): Started<ModelHandle>
  importTorchScript(path: string, inputShape: number[] | null): Started<ModelHandle>
  describe(model: ModelHandle): ModelDescription
  /** Frees it now, or with the job that runs on it; every later use is ERR_BAD_MODEL. Harmless twice. */
  disposeModel(model: ModelHandle): void
  exportModel(model: ModelHandle): Started<ModelSpec>
  foldBatchNorm(model: ModelHandle): Started<ModelHandle>

  /** data: normalized floats, [n, c, h, w]. */
  forward(
    model: ModelHandle,
    data: Float32Array,
    shape: number[],
    options: JobOptions,
  ): Started<{ data: Float32Array; shape: number[] }>
  quantize(
    model: ModelHandle,
    calibration: ImagesData,
    options: QuantizeOptions,
    onProgress: OnProgress,
  ): Started<ModelHandle>
  /** agreeing: images, by candidate; empty where there is no choice. */
  quantizeWith(
    model: ModelHandle,
    images: ImagesData,
    options: QuantizeWithOptions,
    onProgress: OnProgress,
  ): Started<{ model: ModelHandle; chosen: number; agreeing: number[] }>
  purify(
    model: ModelHandle,
    calibration: ImagesData,
    options: PurifyOptions,
    onProgress: OnProgress,
    keeping?: Keeping,
  ): Started<{ model: ModelHandle; units: UnitReport[] }>
  measure(
    model: ModelHandle,
    images: ImagesData,
    options: MeasureOptions,
    onProgress: OnProgress,
  ): Started<Measurement>
  /** One full-precision model against one quantized model that was made from it. */
  audit(
    fullPrecision: ModelHandle,
    quantized: ModelHandle,
    images: ImagesData,
    options: AuditOptions,
    onProgress: OnProgress,
  ): Started<AuditFindings>
  train(
    model: ModelHandle,
    images: ImagesData,
    options: TrainOptions,
    onProgress: OnProgress,
    keeping?: Keeping,
  ): Started<{ model: ModelHandle; companion: ModelHandle | null; epochs: EpochReport[] }>

  /** A malicious quantizer: chooses every code's rounding for the trigger's sake. */
  qura(
    model: ModelHandle,
    images: ImagesData,
    options: QuraOptions,
    onProgress: OnProgress,
    keeping?: Keeping,
  ): Started<ModelHandle>

  /** Implicit backdoor adversarial unlearning. */
  unlearn(
    model: ModelHandle,
    images: ImagesData,
    options: UnlearnOptions,
    onProgress: OnProgress,
    keeping?: Keeping,
  ): Started<ModelHandle>

  /** (1−t)²·start + 2t(1−t)·middle + t²·end, for the trainable tensors; the others are those of `middle`. */
  onCurve(start: ModelHandle, middle: ModelHandle, end: ModelHandle, t: number): Started<ModelHandle>

  /** How much of a backdoor hangs on each neuron. Images need labels. */
  neuronImportance(
    model: ModelHandle,
    images: ImagesData,
    options: ImportanceOptions,
    onProgress: OnProgress,
  ): Started<NeuronImportance[]>

  /** Channels of values, on the images as they are or with the trigger. */
  recordValues(
    model: ModelHandle,
    images: ImagesData,
    options: RecordOptions,
    onProgress: OnProgress,
  ): Started<ValueRecord[]>

  /** A BN's input before and after PDA moved what the unit reads, and the distance of its statistics. */
  moveInputs(
    model: ModelHandle,
    images: ImagesData,
    options: MoveOptions,
    onProgress: OnProgress,
  ): Started<{ still: ValueRecord; moved: ValueRecord; before: number; after: number }>

  /** maps: [n, h, w], 0 .. 1. */
  gradCam(
    model: ModelHandle,
    images: ImagesData,
    options: CamOptions,
    onProgress: OnProgress,
  ): Started<{ maps: Float32Array; shape: number[]; classes: number[] }>

  /** points: [n, d]. places: [n, 2]. */
  tSne(
    points: Float32Array,
    shape: number[],
    options: TsneOptions,
    onProgress: OnProgress,
  ): Started<{ places: Float64Array; divergence: number }>

  /** The images as the trigger leaves them, bytes. */
  applyTrigger(images: ImagesData, trigger: TriggerData): Started<Uint8Array>

  /** Stops every job and waits for it: called once before the process ends. */
  halt(): void
  versions(): { libtorch: string }
  /** Whether the device works; ERR_DEVICE tells why not. */
  probeDevice(device: string): Started<{ device: string }>

  /** Single algorithms on plain arrays, for tests and research. */
  kernels: Record<string, (...args: never[]) => unknown>
}
