// Talking more: whom in a room one has agreed with to talk in private.
//
// Events: "change", "refused" { name, code, wait }.

import { Refused } from "./connection.js"
import { bytesOf } from "./frames.js"

const KEY = "cards" // kept while there are some, so that the page asks after them

export class Cards extends EventTarget {
  #connection
  #storage
  #all = new Map() // token → { token, room, who, state, talk }
  #fresh = new Set() // tokens that were told of on this line

  constructor({ connection, storage }) {
    super()
    this.#connection = connection
    this.#storage = storage
    connection.addEventListener("open", () => this.#fresh.clear())
    connection.addEventListener("card", ({ detail }) => this.#heard(detail))
  }

  get all() {
    return [...this.#all.values()]
  }

  get awaits() {
    return this.#storage.get(KEY) !== null
  }

  // The talk that is open, or was the last to be; null: there was none.
  get talk() {
    const talks = this.all.filter(({ talk }) => talk)
    return talks.find(({ state }) => state === "open") || talks[talks.length - 1] || null
  }

  get asked() {
    return this.all.filter(({ state }) => state === "asked")
  }

  // Says yes or no, or ends the talk. Returns whether the house knows.
  async answer({ token }, yes) {
    try {
      await this.#connection.request("card", bytesOf(token), yes)
      return true
    } catch (reason) {
      const { code, wait } = reason instanceof Refused ? reason : { code: "no_line", wait: 0 }
      this.#emit("refused", { name: "card", code, wait })
      return false
    }
  }

  // A card that was answered with no is told to nobody.
  drop({ token }) {
    this.#all.delete(token)
    this.#changed()
  }

  // Nothing more comes with the welcome: what was not told again is over.
  none() {
    for (const card of this.all) if (!this.#fresh.has(card.token)) this.#keep({ ...card, state: "over" })
    this.#changed()
  }

  forget() {
    this.#all.clear()
    this.#changed()
  }

  #heard(card) {
    this.#fresh.add(card.token)
    this.#keep(card)
    this.#changed()
  }

  #keep(card) {
    const known = this.#all.get(card.token)
    if (card.state === "over" && !(known && known.talk)) this.#all.delete(card.token)
    else this.#all.set(card.token, { ...known, ...card, talk: card.talk || (known ? known.talk : "") })
  }

  #changed() {
    if (this.all.some(({ state }) => state !== "over")) this.#storage.set(KEY, "1")
    else this.#storage.remove(KEY)
    this.#emit("change")
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}
