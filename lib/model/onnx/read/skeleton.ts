// The model without its weights: what of the file protobuf may decode. Raw data of initializers stays in the file, and is
// read when it is needed, by its place. So memory follows the graph and not the file, and a file that lies about sizes is
// found out before memory is taken.
import { badFile } from './refuse.js'
import type { Window } from './window.js'

export interface Place {
  position: number
  length: number
}

export interface Skeleton {
  /** A ModelProto, without the places' bytes. */
  bytes: Uint8Array
  /** By the initializer's index in the graph. */
  places: Map<number, Place>
}

/** Raw data up to this stays in the skeleton: shapes, scales, the bounds of a Clip. */
const INLINE = 1 << 16
/** Everything but the weights. */
const MOST = 64 * 1024 * 1024

const MODEL_GRAPH = 7
const GRAPH_INITIALIZER = 5
const TENSOR_FLOATS = 4
const TENSOR_RAW = 9

export async function skeletonOf(window: Window): Promise<Skeleton> {
  const walk = new Walk(window)
  const pieces = await walk.message(0, window.size, field => (field === MODEL_GRAPH ? walk.graph : null))
  return { bytes: Buffer.concat(pieces), places: walk.places }
}

type Descend = (begin: number, end: number) => Promise<Buffer[]>

class Walk {
  readonly places = new Map<number, Place>()
  #kept = 0
  #initializers = 0

  constructor(private readonly window: Window) {}

  readonly graph: Descend = (begin, end) =>
    this.message(begin, end, field => (field === GRAPH_INITIALIZER ? this.tensor : null))

  readonly tensor: Descend = (begin, end) => {
    const index = this.#initializers++
    return this.message(begin, end, (field, place) => {
      if ((field !== TENSOR_RAW && field !== TENSOR_FLOATS) || place.length <= INLINE) return null
      if (this.places.has(index))
        throw badFile(this.window.name, `initializer ${index} with data twice`, 'once')
      this.places.set(index, place)
      return async () => []
    })
  }

  /** The message's bytes; fields for which `descend` gives a walk are replaced by what that gives. */
  async message(
    begin: number,
    end: number,
    descend: (field: number, place: Place) => Descend | null,
  ): Promise<Buffer[]> {
    const { window } = this
    const pieces: Buffer[] = []
    let copied = begin
    for (let at = begin; at < end; ) {
      const { value: tag, next } = await window.varint(at, end)
      const content = await this.#content(tag % 8, next, end)
      const inner = tag % 8 === 2 ? descend(Math.floor(tag / 8), content) : null
      const behind = content.position + content.length
      if (inner) {
        pieces.push(await this.#copy(copied, at))
        const replaced = await inner(content.position, behind)
        if (replaced.length > 0) {
          pieces.push(
            varints(
              tag,
              replaced.reduce((sum, { length }) => sum + length, 0),
            ),
            ...replaced,
          )
        }
        copied = behind
      }
      at = behind
    }
    pieces.push(await this.#copy(copied, end))
    return pieces
  }

  async #content(wireType: number, position: number, end: number): Promise<Place> {
    const { window } = this
    const sized = async (): Promise<Place> => {
      if (wireType === 0) return { position, length: (await window.varint(position, end)).next - position }
      if (wireType === 1) return { position, length: 8 }
      if (wireType === 5) return { position, length: 4 }
      if (wireType !== 2)
        throw badFile(window.name, `wire type ${wireType} at byte ${position}`, 'an ONNX model')
      const { value, next } = await window.varint(position, end)
      return { position: next, length: value }
    }
    const place = await sized()
    if (place.position + place.length <= end) return place
    throw badFile(
      window.name,
      `a field of ${place.length} bytes at byte ${position}`,
      'one within its message',
    )
  }

  async #copy(begin: number, end: number): Promise<Buffer> {
    this.#kept += end - begin
    if (this.#kept > MOST)
      throw badFile(this.window.name, 'a graph that is too large', `${MOST} bytes without weights`)
    return this.window.bytes(begin, end - begin)
  }
}

function varints(...values: number[]): Buffer {
  const bytes: number[] = []
  for (const value of values) {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
    bytes.push(rest)
  }
  return Buffer.from(bytes)
}
