// What this device keeps. A private window may forbid it: then things are kept only as
// long as the page is open, and nothing else breaks.

const PREFIX = "porchlight."

export class Storage {
  #kept
  #fallback = new Map()

  // `kept` returns localStorage or sessionStorage; merely naming them may throw.
  constructor(kept) {
    try {
      this.#kept = kept()
    } catch {
      this.#kept = null
    }
  }

  get(key) {
    const ours = this.#fallback.get(key)
    if (ours !== undefined) return ours
    try {
      return this.#kept ? this.#kept.getItem(PREFIX + key) : null
    } catch {
      return null
    }
  }

  set(key, value) {
    try {
      this.#kept.setItem(PREFIX + key, value)
      this.#fallback.delete(key)
    } catch {
      this.#fallback.set(key, value)
    }
  }

  remove(key) {
    this.#fallback.delete(key)
    try {
      this.#kept.removeItem(PREFIX + key)
    } catch {
      // It was never there.
    }
  }

  keys(beginning = "") {
    return [...new Set([...this.#keptKeys(), ...this.#fallback.keys()])]
      .filter(key => key.startsWith(beginning))
      .sort()
  }

  #keptKeys() {
    try {
      return Object.keys(this.#kept)
        .filter(key => key.startsWith(PREFIX))
        .map(key => key.slice(PREFIX.length))
    } catch {
      return []
    }
  }

  clear() {
    for (const key of this.keys()) this.remove(key)
  }
}
