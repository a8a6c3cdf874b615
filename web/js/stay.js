// Stay with me: by when whoever is at this device says again that they are here.
//
// Events: "change", "refused" { name, code, wait }.

import { Errands } from "./errands.js"
import { timeWords } from "./needwords.js"

const KEY = "stay" // kept while it is on, so that the page asks after it
const MISSED_MS = 3 * 60 * 1000

export const MINUTES = [10, 20, 30]
export const SOON_MS = 2 * 60 * 1000

export class Stay extends EventTarget {
  minutes = 0
  #connection
  #storage
  #errands
  #language
  #now
  #fresh = false // has it been told on this line?
  #due = 0       // as the house's clock goes, in seconds; 0: none is awaited

  constructor({ connection, storage, language = "", now = Date.now, timers = globalThis }) {
    super()
    this.#connection = connection
    this.#storage = storage
    this.#language = language
    this.#now = now
    this.#errands = new Errands({ connection, storage, key: "stay.asked", timers })
    this.#errands.addEventListener("change", () => this.#emit("change"))
    this.#errands.addEventListener("refused", ({ detail }) => this.#emit("refused", detail))
    connection.addEventListener("stay", ({ detail }) => this.#heard(detail))
    connection.addEventListener("open", () => { this.#fresh = false })
    connection.addEventListener("state", () => this.#emit("change"))
  }

  get awaits() {
    return this.#errands.some || this.#storage.get(KEY) !== null
  }

  get isOn() {
    return this.minutes > 0
  }

  // In milliseconds, as the clock of this device goes; 0: none is awaited.
  get due() {
    return this.#due && this.#due * 1000 + this.#connection.ahead
  }

  // Has something been pressed that cannot get out?
  get waitsForLine() {
    return this.#errands.some && this.#connection.state !== "open"
  }

  // Was a check-in missed just now?
  get missed() {
    const late = this.#now() - this.due
    return this.due > 0 && late > -5000 && late < MISSED_MS
  }

  // Begins, or says "I am here" again.
  here(minutes = this.minutes, room = "") {
    this.#storage.set(KEY, "1")
    this.#connection.start()
    this.#errands.put("stay", [room, minutes, this.#language])
  }

  stop() {
    this.#errands.put("stay", ["", 0, this.#language])
  }

  // Nothing more comes with the welcome: what was not told again is over.
  none() {
    if (!this.#fresh && !this.#errands.some) this.#heard({ minutes: 0, due: 0 })
  }

  forget() {
    this.#errands.forget()
    this.#heard({ minutes: 0, due: 0 })
  }

  // What was missed is remembered for a moment: it says why a peer is called.
  #heard({ minutes, due }) {
    this.#fresh = true
    this.minutes = minutes
    if (minutes) this.#due = due
    else if (!this.missed) this.#due = 0
    if (minutes) this.#storage.set(KEY, "1")
    else this.#storage.remove(KEY)
    this.#emit("change")
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

export function stayWords({ due, waitsForLine }, now = Date.now()) {
  if (waitsForLine) return "Waiting for signal. That you are here is kept, and goes by itself."
  if (now >= due) return "Please check in now. If you do not, we call a peer for you."
  return `Check in by ${timeWords(due)}.`
}
