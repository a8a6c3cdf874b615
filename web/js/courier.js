// Carries what waits in the outbox of one room to the house: in order, one at a time,
// again after a dropped line, never again once it is answered.
//
// Events: "change" (an entry looks different now), "done" { entry, position, at },
// "refused" { entry, code, wait, why }.

import { bytesOf } from "./frames.js"
import { LineLost } from "./connection.js"

// The house may not have taken these in; with the same id they are safe to repeat.
const AGAIN = ["too_fast", "unavailable", "not_in_room"]

// The room is slowed, or its author is: what is written meanwhile is tried all the same.
// The house lets nobody in danger wait, and the page cannot tell who is.
const LONG_SECONDS = 10

export class Courier extends EventTarget {
  #outbox
  #connection
  #room
  #timers
  #entries = []          // what is under way, oldest first
  #states = new Map()    // id → "kept" | "sent" | "held" | "slow" | "old" | "refused"
  #carrying = false
  #resting = null
  #slowed = false        // is it a long rest, in which what is new is tried once?

  constructor({ outbox, connection, room, timers = globalThis }) {
    super()
    this.#outbox = outbox
    this.#connection = connection
    this.#room = room
    this.#timers = timers
    for (const entry of outbox.entries(room)) this.#take(entry)
  }

  get entries() {
    return this.#entries
  }

  stateOf(entry) {
    return this.#states.get(entry.id)
  }

  send(what) {
    const entry = this.#outbox.add({ ...what, room: this.#room })
    this.#take(entry)
    this.carry()
    return entry
  }

  // Sends what may be sent. Call it whenever something may have changed for the better.
  async carry() {
    if (this.#carrying || (this.#resting !== null && !this.#slowed)) return
    this.#carrying = true
    let entry
    while (this.#connection.state === "open" && (entry = this.#next())) {
      if (!(await this.#deliver(entry))) break
    }
    this.#carrying = false
  }

  // A new line, or a joined room: a pause that was meant for the old one is over.
  resume() {
    this.#timers.clearTimeout(this.#resting)
    this.#resting = null
    this.#slowed = false
    this.carry()
  }

  // The room's history began anew: positions now mean other messages.
  startOver(epoch) {
    for (const entry of [...this.#entries]) {
      if (!entry.epoch || entry.epoch === epoch) continue
      if (entry.kind === "say") entry.reply = 0
      else this.drop(entry)
    }
  }

  sendAnyway(entry) {
    const at = this.#entries.indexOf(entry)
    const renewed = this.#outbox.renew(entry)
    this.#entries.splice(at, 1, renewed)
    this.#become(renewed, "kept")
    this.carry()
  }

  // The room team has read what it held back: it comes as said, or not at all.
  decided({ kind, id }) {
    const entry = this.#entries.find(each => each.id === id)
    if (entry && kind === "released") this.drop(entry)
    else if (entry && kind === "not_released") this.#refuse(entry, { code: kind, wait: 0, why: "" })
  }

  // What the room team never came to fades with the talk around it.
  fade(before) {
    for (const entry of [...this.#entries]) {
      if (this.stateOf(entry) === "held" && entry.at < before * 1000) this.drop(entry)
    }
  }

  drop(entry) {
    this.#outbox.remove(entry.id)
    this.#entries = this.#entries.filter(each => each !== entry)
    this.#states.delete(entry.id)
    this.#emit("change")
  }

  close() {
    this.#timers.clearTimeout(this.#resting)
    this.#resting = null
    this.#entries = []
  }

  #take(entry) {
    this.#entries.push(entry)
    this.#become(entry, entry.state || "kept")
  }

  // An old or refused entry waits for its author and holds up nobody.
  #next() {
    for (const entry of [...this.#entries]) {
      const state = this.stateOf(entry)
      if (!this.#outbox.has(entry.id)) this.drop(entry) // another tab has delivered it
      else if (["refused", "held"].includes(state) || (state === "slow" && this.#slowed)) continue
      else if (!this.#outbox.isOld(entry, this.#connection.repeat)) return entry
      else if (entry.kind === "say") this.#become(entry, "old")
      else this.drop(entry)
    }
    return null
  }

  // Returns whether to go on with the next.
  async #deliver(entry) {
    this.#become(entry, "sent")
    try {
      const { name, position, at } = await this.#connection.request(...frameOf(entry))
      if (name === "waiting") {
        this.#outbox.mark(entry, { state: "held" })
        this.#become(entry, "held")
        return true
      }
      this.drop(entry)
      this.#emit("done", { entry, position, at })
      return true
    } catch (reason) {
      return this.#failed(entry, reason)
    }
  }

  #failed(entry, reason) {
    if (!this.#entries.includes(entry)) return true
    if (reason instanceof LineLost) {
      this.#become(entry, "kept")
      return false
    }
    if (!AGAIN.includes(reason.code)) return this.#refuse(entry, reason)
    this.#become(entry, reason.code === "too_fast" ? "slow" : "kept")
    if (reason.code !== "not_in_room") this.#rest(reason.wait)
    this.#slowed = reason.code === "too_fast" && reason.wait >= LONG_SECONDS
    this.#emit("refused", { entry, code: reason.code, wait: reason.wait })
    return this.#slowed
  }

  #refuse(entry, { code, wait, why }) {
    if (entry.kind === "say") {
      this.#outbox.mark(entry, { state: "refused", code, why })
      this.#become(entry, "refused")
    } else {
      this.drop(entry)
    }
    this.#emit("refused", { entry, code, wait, why })
    return true
  }

  #rest(seconds) {
    this.#timers.clearTimeout(this.#resting)
    this.#resting = this.#timers.setTimeout(() => this.resume(), Math.max(1, seconds) * 1000)
  }

  #become(entry, state) {
    this.#states.set(entry.id, state)
    this.#emit("change")
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

function frameOf({ kind, room, id, text, reply, target, reaction, on }) {
  if (kind === "say") return ["say", room, bytesOf(id), text, reply]
  if (kind === "take_back") return ["take_back", room, bytesOf(id), target]
  return ["react", room, bytesOf(id), target, reaction, on]
}
