// The line of one talk, as the member's modules know a line: it asks on the socket of the
// staff page, and hears what is said in that talk and no other.

import { LineLost, Refused } from "../../js/connection.js"
import { bytesOf } from "../../js/frames.js"

const ENTER = 98, SAY = 99, TYPING = 100, EARLIER = 101, MOMENT = 102, LEAVE = 103

const ANSWER_WITHIN_MS = 10000
const QUIET_MS = 25000

export class TalkLine extends EventTarget {
  up = true          // does the house hear its other rooms?
  repeat = 600       // seconds for which a repeated id is known to be one
  limit = 2000       // characters in a message

  #line
  #need
  #room
  #timers
  #ref = 0
  #pending = new Map()
  #quiet = null

  constructor({ line, need, room, timers = globalThis }) {
    super()
    this.#line = line
    this.#need = need
    this.#room = room
    this.#timers = timers
    line.addEventListener("open", () => this.#opened())
    line.addEventListener("state", () => this.#changed())
    line.addEventListener("heard", ({ detail }) => this.#hear(detail.event))
  }

  get state() {
    return this.#line.up ? "open" : "waiting"
  }

  // Resolves to the answer; rejects with Refused, or with LineLost when none can come.
  request(name, ...fields) {
    if (this.state !== "open") return Promise.reject(new LineLost())
    const frame = FRAMES[name]
    if (!frame) return Promise.reject(new Refused({ code: "unknown_request", wait: 0 }))
    const ref = ++this.#ref
    return new Promise((resolve, reject) => {
      // A line that does not answer is dead, whatever it looks like.
      const overdue = this.#timers.setTimeout(() => this.#line.redial(), ANSWER_WITHIN_MS)
      this.#pending.set(ref, { resolve, reject, overdue })
      this.#line.send(frame(ref, this.#need, ...fields))
    })
  }

  // For what is never answered.
  tell(name) {
    if (name === "typing") this.#line.send([TYPING, this.#need])
  }

  #opened() {
    this.#listen()
    this.#emit("open")
  }

  #changed() {
    if (!this.#line.up) this.#lost()
    this.#emit("state")
  }

  #lost() {
    this.#timers.clearTimeout(this.#quiet)
    const lost = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject, overdue } of lost) {
      this.#timers.clearTimeout(overdue)
      reject(new LineLost())
    }
  }

  // Nothing in a browser shows that the other end is gone, until it fails to answer.
  #listen() {
    this.#timers.clearTimeout(this.#quiet)
    this.#quiet = this.#timers.setTimeout(() => {
      this.#listen()
      this.#emit("doubt")
    }, QUIET_MS)
  }

  #hear(event) {
    this.#listen()
    if (event.ref) this.#answer(event)
    else if (event.name === "line") this.#heardOf(event.up)
    else if (event.room === this.#room) this.#emit(event.name, event)
  }

  #heardOf(up) {
    this.up = up
    this.#emit("state")
  }

  #answer(event) {
    const waiting = this.#pending.get(event.ref)
    if (!waiting) return
    this.#pending.delete(event.ref)
    this.#timers.clearTimeout(waiting.overdue)
    if (event.name === "refused") waiting.reject(new Refused(event))
    else waiting.resolve(event)
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

// What a member's page asks, as a staff page asks it. The room is that of the need, and
// who one is there the house knows.
const FRAMES = {
  join: (ref, need, _room, _roll, _light, epoch, position) => [ENTER, ref, need, epoch, position],
  say: (ref, need, _room, id, text, reply) => [SAY, ref, need, id, text, reply],
  earlier: (ref, need, _room, before) => [EARLIER, ref, need, before],
  moment: (ref, need) => [MOMENT, ref, need],
  // Any question will do to see whether the line lives: before the first is nothing.
  name: (ref, need) => [EARLIER, ref, need, 1],
  leave: (_ref, need) => [LEAVE, need]
}
