// What a model file says beside the graph and the tensors.

/** The model reads (x − mean)/deviation, x in 0 .. 1, one number a channel. */
export interface Normalization {
  mean: number[]
  deviation: number[]
}

/** How a model was made: one step, and the steps before it. Holds no dates: the same run gives the same bytes. */
export interface Provenance {
  /** Version of Shellac. */
  shellac: string
  /** The verb: "train", "qu-anti-zation", "quantize", "purify", ... */
  made: string
  settings: Record<string, unknown>
  from: Provenance | null
}

/** What a model file says beside its graph and tensors. */
export interface ModelFacts {
  /** For messages: the file's name, or the architecture's. */
  name: string
  normalization: Normalization | null
  classes: string[] | null
  provenance: Provenance | null
}

/** The step of that name in a model's history, the latest first. */
export function findStep(provenance: Provenance | null, made: string): Provenance | null {
  if (provenance === null || provenance.made === made) return provenance
  return findStep(provenance.from, made)
}
