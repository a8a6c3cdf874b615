// Who is in a room: a snapshot, then changes; in a large room only how many.

// Who writes is told a second or two late, and for six after their last key; what they
// said comes at once.
const STILL_TOLD_MS = 8000

export class People {
  count = 0
  #present = new Map() // who → away
  #typing = new Set()  // whoever writes, until it is told that they stopped
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
    for (const who of this.#typing) if (!typing.includes(who)) this.#spoke.delete(who)
    this.#typing = new Set(typing)
    return changes.filter(({ state, announce }) => state === 1 && announce).map(({ who }) => who)
  }

  spoke(who) {
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
    return [...this.#typing].filter(who => !this.#justSpoke(who))
  }

  #justSpoke(who) {
    return this.#spoke.has(who) && this.#now() - this.#spoke.get(who) < STILL_TOLD_MS
  }
}
