// Asking the house how things stand: what changes within a moment is one question.

const GATHER_MS = 250
const RETRY_MS = 5000

export class Asking {
  #address
  #show
  #fetch
  #timers
  #more
  #asks
  #due = null
  #asking = false
  #again = false

  // What `more` returns is added to the address, each time anew; `asks` is told each time.
  constructor(address, show, { fetch = globalThis.fetch.bind(globalThis), timers = globalThis, more = () => "", asks = () => {} } = {}) {
    this.#address = address
    this.#show = show
    this.#more = more
    this.#asks = asks
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
    this.#asks()
    const understood = await this.#ask()
    this.#asking = false
    if (this.#again) this.changed()
    else if (!understood && this.#due === null) this.#due = this.#timers.setTimeout(() => this.now(), RETRY_MS)
    this.#again = false
  }

  // A house that is away for a moment is asked again; one that says no is not.
  async #ask() {
    try {
      const answer = await this.#fetch(this.#address + this.#more(), { headers: { accept: "application/json" } })
      if (answer.ok) this.#show(await answer.json())
      return answer.ok || answer.status < 500
    } catch {
      return false
    }
  }
}
