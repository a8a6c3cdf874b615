// A talk on the page without a script: whoever presses before this script is there has one,
// by a cookie, and would have another here, as another device.

const TALK = "/talk"
const ANSWER_WITHIN_MS = 5000

export class PlainTalk {
  isOpen = false
  #fetch
  #page
  #came

  constructor({ fetch = globalThis.fetch.bind(globalThis), page = document, came = howOneCame } = {}) {
    this.#fetch = fetch
    this.#page = page
    this.#came = came
  }

  // Tells whether it goes on. Only whoever may have been there is asked after; and until
  // there is an answer it may, so that who presses meanwhile does not begin another.
  async look(again) {
    if (!again && !this.#fromThere()) return this.isOpen
    this.isOpen = true
    this.isOpen = await this.#ask()
    return this.isOpen
  }

  // Without signal it is as if there was none.
  async #ask() {
    try {
      const signal = AbortSignal.timeout?.(ANSWER_WITHIN_MS)
      return (await this.#fetch(`${TALK}/open`, { signal })).status === 200
    } catch {
      return false
    }
  }

  #fromThere() {
    const { referrer, location } = this.#page
    return this.#came() === "back_forward" || referrer.startsWith(location.origin + TALK)
  }
}

function howOneCame() {
  return performance.getEntriesByType("navigation")[0]?.type
}
