// What was started, to be ended in the opposite order, once.
export class Undo {
  readonly #steps: (() => Promise<unknown>)[] = []
  #done: Promise<void> | undefined

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** Ends everything, also where something cannot end; throws the first error of those at the end. */
  all(): Promise<void> {
    this.#done ??= this.#run()
    return this.#done
  }

  async #run(): Promise<void> {
    const errors: unknown[] = []
    for (const step of this.#steps.reverse()) await step().catch(error => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }
}
