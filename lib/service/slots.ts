// How many of something may go on at once, in all and for one owner.
import { Refusal } from './refusal.js'

export class Slots {
  #taken = 0
  readonly #byOwner = new Map<string, number>()

  constructor(
    private readonly what: string,
    private readonly inAll: number,
    private readonly perOwner: number,
  ) {}

  get taken(): number {
    return this.#taken
  }

  /** Gives the function that gives the slot back; it may be called twice. Throws a Refusal when all are taken. */
  take(owner: string): () => void {
    const own = this.#byOwner.get(owner) ?? 0
    if (own >= this.perOwner) throw this.#refusal(`you have ${own} ${this.what} at once`)
    if (this.#taken >= this.inAll) throw this.#refusal(`the service has ${this.#taken} ${this.what} at once`)
    this.#add(owner, 1)
    let held = true
    return () => {
      if (held) this.#add(owner, -1)
      held = false
    }
  }

  #add(owner: string, change: 1 | -1): void {
    this.#taken += change
    const own = (this.#byOwner.get(owner) ?? 0) + change
    if (own === 0) this.#byOwner.delete(owner)
    else this.#byOwner.set(owner, own)
  }

  #refusal(fact: string): Refusal {
    return new Refusal('ERR_TOO_MANY', `${fact}, which is the limit; try again when one has ended`)
  }
}
