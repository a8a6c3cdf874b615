// Asking the house how things stand: what changes within a moment is one question.

const GATHER_MS = 250

export class Asking {
  #address
  #show
  #fetch
  #timers
  #more
  #due = null
  #asking = false
  #again = false

  // What `more` returns is added to the address, each time anew.
  constructor(address, show, { fetch = globalThis.fetch.bind(globalThis), timers = globalThis, more = () => "" } = {}) {
    this.#address = address
    this.#show = show
    this.#more = more
    this.#fetch = fetch
    this.#timers = timers
  }

  // Called with news.
  changed() {
    if (this.#due === null) this.#due = this.#timers.setTimeout(() => this.now(), GATHER_MS)
  }

  async now() {
    this.#timers.clearTimeout(this.#due)
    this.#due = null
    if (this.#asking) {
      this.#again = true
      return
    }
    this.#asking = true
    try {
      const answer = await this.#fetch(this.#address + this.#more(), { headers: { accept: "application/json" } })
      if (answer.ok) this.#show(await answer.json())
    } catch {
      // The line says that it is broken; when it is back, everything is asked again.
    }
    this.#asking = false
    if (this.#again) {
      this.#again = false
      this.changed()
    }
  }
}
