// What a pickle's instructions make here: data and nothing else. No value has code, and none is ever called.
import { DTYPES, sizeOf } from '../../safetensors/header.js'

export type Value = null | boolean | number | bigint | string | Tuple | List | Dict | Global | Made

export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

export class List {
  readonly items: Value[] = []
}

export class Dict {
  readonly entries = new Map<Value, Value>()
}

/** The name of a class or function, of those in globals.ts. */
export class Global {
  /** "torch._utils._rebuild_tensor_v2" */
  constructor(readonly name: string) {}
}

/** Where the numbers of tensors lie: a record of the archive. */
export class Storage {
  constructor(
    readonly key: string,
    /** Of DTYPES in safetensors/header.ts: "F32", "BF16", ... */
    readonly dtype: string,
    /** Numbers, not bytes. */
    readonly count: number,
  ) {}

  get bytes(): number {
    return sizeOf([this.count], DTYPES[this.dtype] ?? 0)
  }
}

/** A strided look at a storage; offset and strides count numbers. Reaches nowhere beyond its storage. */
export class TensorView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** Something that a state dict may have beside its tensors (a torch.Size, a set, bytes); only its kind is kept. */
export class Other {
  constructor(readonly kind: string) {}
}

export type Made = Storage | TensorView | Other
