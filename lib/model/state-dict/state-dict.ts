/** A tensor that is still in its file. */
export interface StoredTensor {
  /** Of DTYPES in safetensors/header.ts. */
  dtype: string
  shape: readonly number[]
  /** The numbers, row-major, as bytes of float32. Throws ERR_BAD_MODEL where the file is damaged. */
  read(): Promise<Uint8Array>
}

/** A model's tensors by their names in PyTorch, without the graph that they belong to. */
export type StateDict = ReadonlyMap<string, StoredTensor>
