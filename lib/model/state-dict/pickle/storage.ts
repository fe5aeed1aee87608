import { dtypeOfStorage, type Refuse } from './globals.js'
import { isCount } from './tensor-view.js'
import { Global, Storage, Tuple, type Value } from './values.js'

/** Bytes of the record that holds that storage; undefined where there is none. */
export type StorageBytes = (key: string) => number | undefined

/** Of a persistent id, ('storage', class, key, device, numbers): checked against its record. */
export function storageOf(id: Value, bytesOf: StorageBytes, refuse: Refuse): Storage {
  const [tag, type, key, , count] = id instanceof Tuple && id.items.length === 5 ? id.items : []
  const dtype = type instanceof Global ? dtypeOfStorage(type.name) : undefined
  if (tag !== 'storage' || !dtype || typeof key !== 'string' || !isCount(count)) {
    throw refuse('a storage of another form')
  }
  const storage = new Storage(key, dtype, count)
  const found = bytesOf(key)
  if (found !== undefined && storage.bytes <= found) return storage
  const record = found === undefined ? 'no record' : `a record of ${found} bytes`
  throw refuse(`a storage of ${count} numbers (${dtype}) in ${record}`)
}
