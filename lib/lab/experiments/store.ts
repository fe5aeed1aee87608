// Finished cells on the disk: one JSON each, written at once when the cell is done, whole or not at all.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, removeLeftovers, writeWhole } from '../../files.js'
import type { CellRecord } from './cell.js'

export class CellStore {
  readonly folder: string

  constructor(out: string) {
    this.folder = join(out, 'cells')
  }

  /** What is kept under that key; null where nothing is, or what is there is no whole record. */
  async read(id: string): Promise<CellRecord | null> {
    const text = await readFile(this.#path(id), 'utf8').catch(() => null)
    try {
      const record = JSON.parse(text ?? '') as CellRecord
      return record.id === id && (record.status === 'failed' || record.scores) ? record : null
    } catch {
      return null
    }
  }

  write(record: CellRecord): Promise<void> {
    return writeWhole(this.#path(record.id), file => file.writeFile(`${JSON.stringify(record, null, 1)}\n`))
  }

  #path(id: string): string {
    return join(this.folder, `${id}.json`)
  }
}

/** Makes the folders of an experiment, and clears away what a killed run left half-written. */
export async function openFolder(out: string): Promise<void> {
  for (const name of ['cells', 'models']) {
    const folder = join(out, name)
    await makeFolder(folder, 'out')
    await removeLeftovers(folder)
  }
}
