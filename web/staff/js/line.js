// The line on which staff pages hear that something changed: dials, and dials again.
//
// Events: "open" (after a gap: ask for everything), "state", "heard" (of a talk: what a
// member's page is told as well), and one for each frame of the bulletin: "case", "bell",
// "alarm", "store", "signedout", "controls", "need", "alert", "rota".

import { afterClose, delay } from "../../js/backoff.js"
import { read as readTalk } from "../../js/frames.js"
import { pack, unpack } from "../../js/wire.js"

export const SUBPROTOCOL = "porchlight.staff.v1"

const FRAMES = new Map([
  [64, ["case", "id", "queue", "status", "by", "looking"]],
  [65, ["bell", "room", "at"]],
  [66, ["alarm", "room", "what", "number"]],
  [67, ["store", "up", "waiting"]],
  [68, ["signedout"]],
  [69, ["controls", "room"]],
  [70, ["need", "id", "state"]],
  [71, ["alert", "id", "staff", "kind", "need"]],
  [72, ["rota"]]
])

const FIRST_OF_OURS = 64

const LOOKING_AT = 96
const STILL_HERE = 97

const DIAL_WITHIN_MS = 20000
const HERE_EVERY_MS = 60000

// Returns what a frame says, or null when it is of a later day than this page.
export function read(bytes) {
  let fields
  try {
    fields = unpack(bytes)
  } catch {
    return null
  }
  if (!Array.isArray(fields)) return null
  if (fields[0] < FIRST_OF_OURS) return ofTalk(bytes)
  const names = FRAMES.get(fields[0])
  if (!names) return null
  const news = { name: names[0] }
  names.slice(1).forEach((name, at) => { news[name] = fields[at + 1] })
  return news
}

function ofTalk(bytes) {
  try {
    const event = readTalk(bytes)
    return event && { name: "heard", event }
  } catch {
    return null
  }
}

export class Line extends EventTarget {
  up = false
  waiting = 0        // cases that wait for the database
  store = true       // does the database answer?

  #dial
  #timers
  #socket = null
  #attempts = 0
  #timer = null
  #stopped = false
  #now
  #told = 0

  constructor({ dial, timers = globalThis, now = Date.now }) {
    super()
    this.#dial = dial
    this.#timers = timers
    this.#now = now
  }

  // Which case this page shows: the others see who looks, and a claim holds.
  look(id) {
    this.send([LOOKING_AT, id])
  }

  // Somebody is at the page: they stay signed in.
  touched() {
    if (this.#now() - this.#told < HERE_EVERY_MS) return
    this.#told = this.#now()
    this.send([STILL_HERE])
  }

  send(frame) {
    if (this.up) this.#socket.send(pack(frame))
  }

  connect() {
    this.#hangUp()
    const socket = this.#dial()
    this.#socket = socket
    socket.binaryType = "arraybuffer"
    socket.onopen = () => this.#opened()
    socket.onmessage = ({ data }) => this.#hear(data)
    socket.onclose = ({ code }) => this.#closed(code)
    // A dial that the network swallows is not reported for minutes.
    this.#timer = this.#timers.setTimeout(() => this.#broken(), DIAL_WITHIN_MS)
  }

  // The network is back, or somebody looks: do not sit out a long delay.
  hurry() {
    if (!this.#socket && !this.#stopped) this.connect()
  }

  // The line may look alive and be dead: begin a new one at once.
  redial() {
    if (this.#stopped) return
    this.#become(false)
    this.connect()
  }

  stop() {
    this.#stopped = true
    this.#hangUp()
    this.#become(false)
  }

  #opened() {
    this.#timers.clearTimeout(this.#timer)
    this.#attempts = 0
    this.#become(true)
    this.#emit("open")
  }

  #hear(data) {
    const news = read(new Uint8Array(data))
    if (news === null) return
    if (news.name === "store") {
      this.store = news.up
      this.waiting = news.waiting
      this.#emit("state")
    }
    this.#emit(news.name, news)
  }

  #closed(code) {
    if (afterClose(code) === "stop") this.stop()
    else this.#broken()
  }

  #broken() {
    this.#hangUp()
    this.#timer = this.#timers.setTimeout(() => this.connect(), delay(this.#attempts++))
    this.#become(false)
  }

  #hangUp() {
    this.#timers.clearTimeout(this.#timer)
    const socket = this.#socket
    if (!socket) return
    this.#socket = null
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  #become(up) {
    this.up = up
    this.#emit("state")
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

// What the line's state means, in words, and how good that is.
export function words({ up, store, waiting }, live = true) {
  if (!up) return ["wait", "No line to the house just now. This page may be behind."]
  if (!store) return ["bad", `The database is down. Talk goes on; ${cases(waiting)}.`]
  return ["good", live ? "Live: this page changes by itself." : "Connected."]
}

function cases(waiting) {
  if (waiting === 0) return "nothing waits to be opened"
  return waiting === 1 ? "1 case waits to be opened" : `${waiting} cases wait to be opened`
}
