// What a member did in a room, until the house has it. Every entry is kept under a key
// of its own, so that two tabs never write over each other's.

import { hex } from "./frames.js"

const BEGINNING = "outbox."

// What the room team did not let in is its author's to change.
const REFUSED = { state: "refused", code: "not_released", why: "" }

export class Outbox {
  #storage
  #now
  #random

  constructor(storage, now = Date.now, random = bytes => crypto.getRandomValues(bytes)) {
    this.#storage = storage
    this.#now = now
    this.#random = random
  }

  // `what` is { room, kind: "say" | "take_back" | "react", epoch, … }.
  add(what) {
    const id = hex(this.#random(new Uint8Array(8)))
    const entry = { ...what, id, at: this.#now() }
    this.#keep(entry)
    return entry
  }

  // Oldest first.
  entries(room) {
    return this.#all()
      .filter(entry => entry.room === room)
      .sort((a, b) => a.at - b.at)
  }

  // The rooms for which something waits; with what the room team holds, if that is wanted.
  rooms(held = false) {
    return new Set(this.#all().filter(({ state }) => held || state !== "held").map(({ room }) => room))
  }

  // Does anything wait for the room team?
  get awaits() {
    return this.#all().some(({ state }) => state === "held")
  }

  has(id) {
    return this.#storage.get(BEGINNING + id) !== null
  }

  remove(id) {
    this.#storage.remove(BEGINNING + id)
  }

  // What became of it, so far: { state: "held" } or { state: "refused", code, why }.
  mark(entry, marks) {
    Object.assign(entry, marks)
    if (this.has(entry.id)) this.#keep(entry)
  }

  // The room team has read what it held back: it comes as said, or not at all. Returns
  // its text, if it was written here.
  decided({ kind, id }) {
    const entry = ["released", "not_released"].includes(kind) ? this.#read(BEGINNING + id) : null
    if (!entry) return ""
    if (kind === "released") this.remove(id)
    else this.mark(entry, REFUSED)
    return entry.text
  }

  // The member wants it sent although it is old, or was refused.
  renew({ state, code, why, ...entry }) {
    const renewed = { ...entry, at: this.#now() }
    this.#keep(renewed)
    return renewed
  }

  // Past the house's window a repeat would be said twice; and what was true an hour ago
  // may not be now. A clock that was set back makes the age unknown: that counts as old.
  isOld(entry, repeatSeconds) {
    const age = this.#now() - entry.at
    return age < 0 || age > repeatSeconds * 1000
  }

  #all() {
    return this.#storage.keys(BEGINNING).map(key => this.#read(key)).filter(Boolean)
  }

  #keep(entry) {
    this.#storage.set(BEGINNING + entry.id, JSON.stringify(entry))
  }

  #read(key) {
    try {
      return JSON.parse(this.#storage.get(key))
    } catch {
      return null
    }
  }
}
