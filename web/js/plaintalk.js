// A talk on the page without a script: whoever presses before this script is there has one,
// by a cookie, and would have another here, as another device.

const TALK = "/talk"

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

  // Tells whether it goes on. Only whoever may have been there is asked after.
  async look(again) {
    if (!again && !this.#fromThere()) return this.isOpen
    try {
      this.isOpen = (await this.#fetch(`${TALK}/open`)).status === 200
    } catch {
      // Without signal it is as if there was none.
    }
    return this.isOpen
  }

  #fromThere() {
    const { referrer, location } = this.#page
    return this.#came() === "back_forward" || referrer.startsWith(location.origin + TALK)
  }
}

function howOneCame() {
  return performance.getEntriesByType("navigation")[0]?.type
}
