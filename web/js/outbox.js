// What a member did in a room, until the house has it. Every entry is kept under a key
// of its own, so that two tabs never write over each other's.

import { hex } from "./frames.js"

const BEGINNING = "outbox."

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
    return this.#storage.keys(BEGINNING)
      .map(key => this.#read(key))
      .filter(entry => entry && entry.room === room)
      .sort((a, b) => a.at - b.at)
  }

  rooms() {
    return new Set(this.#storage.keys(BEGINNING).map(key => this.#read(key)).filter(Boolean)
      .map(entry => entry.room))
  }

  has(id) {
    return this.#storage.get(BEGINNING + id) !== null
  }

  remove(id) {
    this.#storage.remove(BEGINNING + id)
  }

  // The member wants it sent although it is old.
  renew(entry) {
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
