import { basename, dirname, resolve } from 'node:path'
import type { Kept } from '../../binding.js'
import { ShellacError } from '../errors.js'
import type { Identity, Stage } from './file.js'

/** How often a checkpoint is written, and what becomes of one that does not belong to the work. */
export interface CheckpointSettings {
  /** Least milliseconds between two states that are kept; 0: as many as there are. Default 1000. */
  everyMs?: number
  /** What becomes of a file that other work has left, or that is damaged: an error (the default), or it is ignored. */
  others?: 'refuse' | 'discard'
}

/** One piece of the work: where it begins, and how what it keeps gets to the file. */
export interface OpenStage {
  from: Kept | null
  everyMs: number
  /** Rejects where the file could not be written. */
  keep(kept: Kept): Promise<void>
  /** Resolves once everything that was kept is on the disk, or failed to get there. */
  settled(): Promise<void>
}

/**
 * A file in which work that takes long keeps how far it is, and from which the same work goes on after a crash, with the
 * same bits as if there had been none. The option `checkpoint` of a verb takes its path; one that is opened here can be
 * shared by several calls, in order, and stays until remove() is called. Open a new one for each run.
 */
export class Checkpoint {
  readonly path: string
  readonly #settings: Required<CheckpointSettings>
  #stages: Stage[] | undefined
  #begun = 0
  #onDisk = false
  #changed = false
  #writing: Promise<void> | undefined

  constructor(path: string, { everyMs = 1000, others = 'refuse' }: CheckpointSettings = {}) {
    this.path = path
    this.#settings = { everyMs, others }
  }

  /** Whether there is something to go on from. */
  get onDisk(): boolean {
    return this.#onDisk
  }

  /**
   * @internal The next piece of work.
   * @throws ERR_BAD_OPTION for a file of other work, ERR_BAD_DATA for a damaged one
   */
  async stage(identity: Identity): Promise<OpenStage> {
    const stages = await this.#open()
    const index = this.#begun++
    const stage = (await this.#known(stages[index], identity)) ?? { identity, kept: null }
    if (stage !== stages[index]) stages.splice(index, stages.length, stage)
    return {
      from: stage.kept,
      everyMs: this.#settings.everyMs,
      keep: kept => {
        stage.kept = kept
        return this.#write(stages)
      },
      settled: async () => this.#writing?.catch(() => {}),
    }
  }

  /** Deletes the file: the work is done, and what it made is safe. */
  async remove(): Promise<void> {
    await this.#writing?.catch(() => {})
    const { rm } = await import('node:fs/promises')
    await rm(this.path, { force: true })
    this.#onDisk = false
  }

  async #known(stage: Stage | undefined, identity: Identity): Promise<Stage | undefined> {
    if (!stage) return undefined
    const { differences, otherWork } = await import('./identity.js')
    const found = differences(stage.identity, identity)
    if (found.length === 0) return stage
    if (this.#settings.others === 'discard') return undefined
    throw otherWork(this.path, found)
  }

  async #open(): Promise<Stage[]> {
    if (this.#stages) return this.#stages
    const { checkWritable, removeLeftovers } = await import('../files.js')
    await checkWritable(this.path)
    await removeLeftovers(dirname(resolve(this.path)), basename(this.path))
    this.#stages = (await this.#read()) ?? []
    return this.#stages
  }

  async #read(): Promise<Stage[] | null> {
    const { readCheckpoint } = await import('./file.js')
    try {
      const stages = await readCheckpoint(this.path)
      this.#onDisk = stages !== null
      return stages
    } catch (error) {
      if (this.#settings.others === 'discard' && error instanceof ShellacError) return null
      throw error
    }
  }

  /** One write at a time; of states that come while one is under way, only the last counts. */
  #write(stages: Stage[]): Promise<void> {
    this.#changed = true
    this.#writing ??= this.#drain(stages)
    return this.#writing
  }

  async #drain(stages: Stage[]): Promise<void> {
    const { writeCheckpoint } = await import('./file.js')
    try {
      while (this.#changed) {
        this.#changed = false
        await writeCheckpoint(this.path, stages)
        this.#onDisk = true
      }
    } finally {
      this.#writing = undefined
    }
  }
}
