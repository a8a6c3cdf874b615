// Who is in a room: a snapshot, then changes; in a large room only how many.

const TYPING_FOR_MS = 6000
const HEARD_LATE_MS = 2500 // who writes is told once a second, from process to process; what is said comes at once

export class People {
  count = 0
  #present = new Map() // who → away
  #typing = new Map()  // who → until when
  #spoke = new Map()   // who → when
  #now

  constructor(now = Date.now) {
    this.#now = now
  }

  // `people` is a list of { who, away }, or a number.
  snapshot(people) {
    this.#present.clear()
    this.#typing.clear()
    this.#spoke.clear()
    if (Array.isArray(people)) for (const { who, away } of people) this.#present.set(who, away)
    this.count = Array.isArray(people) ? people.length : people
  }

  // Returns those whose coming is worth a word.
  change({ count, changes, typing }) {
    this.count = count
    for (const { who, state } of changes) {
      if (state === 0) this.#present.delete(who)
      else this.#present.set(who, state === 2)
    }
    for (const who of typing) this.#writes(who)
    return changes.filter(({ state, announce }) => state === 1 && announce).map(({ who }) => who)
  }

  #writes(who) {
    const quiet = this.#spoke.has(who) && this.#now() - this.#spoke.get(who) < HEARD_LATE_MS
    if (!quiet) this.#typing.set(who, this.#now() + TYPING_FOR_MS)
  }

  spoke(who) {
    this.#typing.delete(who)
    this.#spoke.set(who, this.#now())
  }

  get present() {
    return [...this.#present].map(([who, away]) => ({ who, away }))
  }

  // Is everyone in the list, or is the room too large for one?
  get listed() {
    return this.#present.size > 0 && this.#present.size === this.count
  }

  get typing() {
    return [...this.#typing].filter(([, until]) => until > this.#now()).map(([who]) => who)
  }
}
