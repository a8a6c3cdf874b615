// What a member wants of the house and must not be lost: kept on this device until the
// house has answered, and sent again on every new line. Nothing here is harmed by being
// asked twice.
//
// The first field of a "raise" or a "stay" is the room where it was asked: who has left
// that room meanwhile asks from nowhere.
//
// Events: "change" (something waits, or nothing does any more), "done" { name, fields },
// "refused" { name, fields, code, wait }.

import { LineLost, Refused } from "./connection.js"

const AGAIN_AFTER_MS = 3000
const LATER = ["unavailable", "too_fast", "store_down"]

export class Errands extends EventTarget {
  #connection
  #storage
  #key
  #timers
  #running = false
  #resting = null

  // `key` is the name under which they are kept.
  constructor({ connection, storage, key, timers = globalThis }) {
    super()
    this.#connection = connection
    this.#storage = storage
    this.#key = key
    this.#timers = timers
    connection.addEventListener("open", () => this.resume())
  }

  // What waits, oldest first: [{ name, fields }].
  get waiting() {
    try {
      return JSON.parse(this.#storage.get(this.#key)) || []
    } catch {
      return []
    }
  }

  get some() {
    return this.waiting.length > 0
  }

  // Asks for it, instead of what the names in `instead` have asked for and not got yet.
  put(name, fields = [], instead = [name]) {
    this.#keep([...this.waiting.filter(each => !instead.includes(each.name)), { name, fields }])
    this.resume()
  }

  forget() {
    this.#keep([])
  }

  resume() {
    this.#timers.clearTimeout(this.#resting)
    this.#resting = null
    this.#run()
  }

  async #run() {
    if (this.#running) return
    this.#running = true
    while (this.#connection.state === "open" && this.some && this.#resting === null) {
      if (!await this.#ask(this.waiting[0])) break
    }
    this.#running = false
  }

  // Returns whether to go on with the next.
  async #ask(errand) {
    try {
      await this.#connection.request(errand.name, ...errand.fields)
      this.#done(errand)
      this.#emit("done", errand)
    } catch (reason) {
      if (reason instanceof LineLost) return this.#connection.state === "open"
      if (!(reason instanceof Refused)) throw reason
      this.#refused(errand, reason)
    }
    return true
  }

  #refused(errand, { code, wait }) {
    if (code === "not_in_room" && errand.fields[0]) return this.#fromNowhere(errand)
    if (wait > 0 || LATER.includes(code)) this.#rest(wait)
    else this.#done(errand)
    this.#emit("refused", { ...errand, code, wait })
  }

  #fromNowhere(errand) {
    const [, ...fields] = errand.fields
    this.#replace(errand, [{ ...errand, fields: ["", ...fields] }])
  }

  #rest(seconds) {
    this.#resting = this.#timers.setTimeout(() => this.resume(), Math.max(seconds * 1000, AGAIN_AFTER_MS))
  }

  // It may have been replaced while the answer was on its way, here or in another tab.
  #done(errand) {
    this.#replace(errand, [])
  }

  #replace(errand, others) {
    const same = JSON.stringify(errand)
    this.#keep(this.waiting.map(each => JSON.stringify(each) === same ? others : [each]).flat())
  }

  #keep(errands) {
    if (errands.length) this.#storage.set(this.#key, JSON.stringify(errands))
    else this.#storage.remove(this.#key)
    this.#emit("change")
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}
