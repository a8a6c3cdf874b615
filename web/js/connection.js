// The line to the house: dials, says hello, dials again when it breaks, and tells what
// it hears as events. It knows no room; who holds it does.
//
// Events: "open" (a new line: join again), "settled" (what it tells by itself to whoever
// comes has been told), "state", "doubt" (make it prove that it lives), and one for every
// frame that answers nothing ("said", "presence", "line", …).

import { afterClose, delay, delayWhenFull } from "./backoff.js"
import { read, request } from "./frames.js"

const ANSWER_WITHIN_MS = 20000
const QUIET_MS = 10000
const PROOF_WITHIN_MS = 10000
const FIRST_BEAT_SECONDS = 60
const SETTLED_AFTER_MS = 5000

export class Refused extends Error {
  constructor({ code, wait, why }) {
    super(code)
    this.code = code
    this.wait = wait
    this.why = why || ""
  }
}

export class LineLost extends Error {}

export class Connection extends EventTarget {
  // "resting" · "dialling" · "open" · "waiting" · "restarting" · "full" · "stopped"
  state = "resting"
  up = true          // does the house hear its other rooms?
  repeat = 600       // seconds for which a repeated id is known to be one
  limit = 2000       // characters in a message
  ahead = 0          // by how many milliseconds this device's clock is before the house's

  #dial
  #secret
  #timers
  #now
  #socket = null
  #ref = 0
  #pending = new Map()
  #attempts = 0
  #redialling = null
  #watching = null
  #proving = null
  #settling = null
  #told = true       // has the house said all that it says by itself?
  #heard = 0
  #returnAfter = null
  #away = false

  constructor({ dial, secret, timers = globalThis, now = Date.now }) {
    super()
    this.#dial = dial
    this.#secret = secret
    this.#timers = timers
    this.#now = now
  }

  start() {
    if (this.state === "resting" || this.state === "stopped") this.#connect()
  }

  stop() {
    this.#hangUp()
    this.#become("resting")
  }

  // Resolves to the answer; rejects with Refused, or with LineLost when none can come.
  request(name, ...fields) {
    if (this.state !== "open") return Promise.reject(new LineLost())
    const ref = ++this.#ref
    return new Promise((resolve, reject) => {
      const overdue = this.#timers.setTimeout(() => this.redial(), ANSWER_WITHIN_MS)
      this.#pending.set(ref, { resolve, reject, overdue })
      this.#socket.send(request(name, ref, ...fields))
    })
  }

  // For what is never answered.
  tell(name, ...fields) {
    if (this.state === "open") this.#socket.send(request(name, ...fields))
  }

  set away(away) {
    this.#away = away
    this.tell("here", away)
  }

  // The network is back, or somebody looks: do not sit out a long delay.
  hurry() {
    if (this.state === "waiting") this.#connect()
    else if (this.state === "open") this.#doubtIfQuietFor(QUIET_MS)
  }

  // The network is gone, the browser says: do not wait for the line to notice.
  drop() {
    if (this.state === "open" || this.state === "dialling") this.#broken()
  }

  // The line may look alive and be dead: begin a new one at once.
  redial() {
    this.#hangUp()
    this.#connect()
  }

  #connect() {
    this.#timers.clearTimeout(this.#redialling)
    this.#become("dialling")
    const socket = this.#dial()
    this.#socket = socket
    socket.binaryType = "arraybuffer"
    socket.onopen = () => this.#opened()
    socket.onmessage = ({ data }) => this.#hear(data)
    socket.onclose = ({ code }) => this.#closed(code)
    // A dial that the network swallows is not reported for minutes.
    this.#watching = this.#timers.setTimeout(() => this.#broken(), ANSWER_WITHIN_MS)
  }

  // Hello, join and what waits in the outbox leave together, without a round trip between.
  #opened() {
    this.#heard = this.#now()
    this.up = this.#told = true
    this.#become("open")
    this.request("hello", this.#secret()).then(
      welcome => this.#welcomed(welcome),
      reason => { if (reason instanceof Refused) this.#unwelcome(reason) }
    )
    if (this.#away) this.tell("here", true)
    this.#beat(FIRST_BEAT_SECONDS)
    this.#emit("open")
  }

  #welcomed({ now, beat, repeat, limit }) {
    this.#attempts = 0
    this.repeat = repeat
    this.limit = limit
    this.ahead = this.#now() - now * 1000
    this.#beat(beat)
    this.#settle()
  }

  // What has not been told a while after the welcome is not there, unless the house does
  // not know yet.
  #settle() {
    this.#timers.clearTimeout(this.#settling)
    if (this.#told) this.#settling = this.#timers.setTimeout(() => this.#emit("settled"), SETTLED_AFTER_MS)
  }

  #unwelcome({ wait }) {
    this.#hangUp()
    if (wait > 0) this.#comeBack("full", wait * 1000)
    else this.#become("stopped")
  }

  #beat(seconds) {
    this.#timers.clearTimeout(this.#watching)
    this.#watching = this.#timers.setTimeout(() => {
      this.tell("here", this.#away)
      this.#doubtIfQuietFor(seconds * 1000)
      this.#beat(seconds)
    }, seconds * 1000)
  }

  // Nothing in a browser shows that the other end is gone, until it fails to answer.
  #doubtIfQuietFor(milliseconds) {
    if (this.#now() - this.#heard < milliseconds) return
    this.#timers.clearTimeout(this.#proving)
    this.#proving = this.#timers.setTimeout(() => this.redial(), PROOF_WITHIN_MS)
    this.#emit("doubt")
    // Whoever is in no room has nothing to ask: any answer will do, were it no.
    if (!this.#pending.size) this.request("leave", "").catch(() => {})
  }

  #hear(data) {
    this.#heard = this.#now()
    this.#timers.clearTimeout(this.#proving)
    const event = read(new Uint8Array(data))
    if (event === null) return
    if (event.ref) this.#answer(event)
    else if (event.name === "bye") this.#returnAfter = event.after
    else this.#tellOthers(event)
  }

  #answer(event) {
    const waiting = this.#pending.get(event.ref)
    if (!waiting) return
    this.#pending.delete(event.ref)
    this.#timers.clearTimeout(waiting.overdue)
    if (event.name === "refused") waiting.reject(new Refused(event))
    else waiting.resolve(event)
  }

  #tellOthers(event) {
    if (event.name === "line") {
      this.up = event.up
      this.#emit("state")
    }
    if (event.name === "known") {
      this.#told = event.everything
      this.#settle()
    }
    this.#emit(event.name, event)
  }

  #closed(code) {
    this.#hangUp()
    const then = afterClose(code)
    if (then === "stop") this.#become("stopped")
    else if (then === "later") this.#comeBack("full", delayWhenFull())
    else if (this.#returnAfter !== null) this.#comeBack("restarting", this.#returnAfter)
    else this.#broken()
  }

  #broken() {
    this.#hangUp()
    this.#comeBack("waiting", delay(this.#attempts++))
  }

  #comeBack(state, milliseconds) {
    this.#returnAfter = null
    this.#redialling = this.#timers.setTimeout(() => this.#connect(), milliseconds)
    this.#become(state)
  }

  // Lets go of the socket without waiting for it: a dead line takes minutes to close.
  #hangUp() {
    this.#timers.clearTimeout(this.#redialling)
    this.#timers.clearTimeout(this.#watching)
    this.#timers.clearTimeout(this.#proving)
    this.#timers.clearTimeout(this.#settling)
    const socket = this.#socket
    if (socket) {
      this.#socket = null
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close()
    }
    const lost = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject, overdue } of lost) {
      this.#timers.clearTimeout(overdue)
      reject(new LineLost())
    }
  }

  #become(state) {
    if (state === this.state) return
    this.state = state
    this.#emit("state")
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

export function dialHouse(subprotocol) {
  const address = new URL("/ws", location.href)
  address.protocol = address.protocol.replace("http", "ws")
  return new WebSocket(address.href, subprotocol)
}
