// Being in one room: joining, joining again after a drop or a gap, and what was said.
//
// Events: "joined" (with the answer), "heard" (with each event), "change" (in or out),
// "refused" (with the code, when there is no use in asking again).

import { LineLost, Refused } from "./connection.js"
import { Log } from "./log.js"

const REJOIN_AFTER_MS = 2000
const FOR_GOOD = ["name_taken", "no_such_room", "removed", "no_such_need", "not_your_need"]

export class Membership extends EventTarget {
  log = new Log()
  joined = false

  #connection
  #room
  #roll
  #light
  #timers
  #joining = false
  #changed = false  // must it be asked once more, as something is different now?
  #left = false
  #again = null
  #listening = []

  constructor({ connection, room, roll, light, timers = globalThis }) {
    super()
    this.#connection = connection
    this.#room = room
    this.#roll = roll
    this.#light = light
    this.#timers = timers
    this.#listen()
    this.join()
  }

  // Asks to be in the room, from where the log stands. Allowed at any time.
  async join() {
    if (this.#left || this.#joining || this.#connection.state !== "open") return
    this.#timers.clearTimeout(this.#again)
    this.#joining = true
    this.#changed = false
    this.log.joining()
    const { epoch, position } = this.log
    try {
      const fields = [this.#roll, this.#light, epoch, position]
      this.#welcome(await this.#connection.request("join", this.#room, ...fields))
    } catch (reason) {
      this.#notJoined(reason)
    }
  }

  set roll(roll) {
    this.#roll = roll
    this.join()
  }

  set light(light) {
    this.#light = light
    this.#changed = true
    this.join()
  }

  // Any question will do: the connection dials again when it stays unanswered.
  prove() {
    this.#connection.request("name", this.#room, this.#roll).catch(() => {})
  }

  // An answer may still be on its way: whatever it is, one does not come back by it.
  leave() {
    this.#left = true
    for (const stop of this.#listening) stop()
    this.#timers.clearTimeout(this.#again)
    this.#connection.request("leave", this.#room).catch(() => {})
  }

  #listen() {
    this.#on("open", () => this.#opened())
    this.#on("state", () => this.#lineChanged())
    this.#on("doubt", () => this.prove())
    for (const name of ["said", "taken_back", "reacted"]) this.#on(name, event => this.#heard(event))
    this.#on("start_over", ({ room }) => { if (room === this.#room) this.#startOver() })
  }

  #on(name, act) {
    const heard = ({ detail }) => act(detail)
    this.#connection.addEventListener(name, heard)
    this.#listening.push(() => this.#connection.removeEventListener(name, heard))
  }

  #opened() {
    this.#out()
    this.join()
  }

  #lineChanged() {
    if (this.#connection.state !== "open") this.#out()
    this.#emit("change")
  }

  #out() {
    this.joined = this.#joining = false
  }

  #heard(event) {
    if (event.room !== this.#room) return
    if (this.log.receive(event) === "join") this.join()
    this.#emit("heard", event)
  }

  // What was held belongs to the history before; an answer on its way may do so too.
  #startOver() {
    this.log.joining()
    this.#changed = true
    this.join()
  }

  #welcome(answer) {
    this.#joining = false
    const next = this.log.joined(answer)
    this.joined = next === null
    this.#emit("joined", answer)
    this.#emit("change")
    if (next || this.#changed) this.join()
  }

  #notJoined(reason) {
    if (reason instanceof LineLost) return // the next line joins by itself
    if (!(reason instanceof Refused)) throw reason
    this.#joining = false
    if (FOR_GOOD.includes(reason.code)) this.#emit("refused", reason.code)
    else this.#joinIn(Math.max(reason.wait * 1000, REJOIN_AFTER_MS))
  }

  #joinIn(milliseconds) {
    this.#timers.clearTimeout(this.#again)
    this.#again = this.#timers.setTimeout(() => this.join(), milliseconds)
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}
