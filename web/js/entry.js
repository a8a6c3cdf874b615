// <room-entry>: the rules of the house, and the name one would have, before each entry.

import { badge } from "./badge.js"
import { LineLost, Refused } from "./connection.js"
import { nameOf } from "./names.js"
import { announce, empty, fades, items, made, part, tell } from "./page.js"
import { refusal } from "./plainly.js"

export class RoomEntry extends HTMLElement {
  #connection
  #room
  #roll
  #asking = false
  #named = false
  #slowed = false
  #timer = null
  #ask = () => this.#askUntilFree()
  #state = () => this.#showState()

  open({ room, connection, roll, note }) {
    this.#connection = connection
    this.#room = room
    this.#roll = roll
    this.#describe()
    tell(part(this, "note"), note)
    part(this, "another").addEventListener("click", () => this.#another())
    part(this, "enter").addEventListener("click", () => announce(this, "enter", this.#roll))
    connection.addEventListener("open", this.#ask)
    connection.addEventListener("state", this.#state)
    this.#ask()
  }

  close() {
    clearTimeout(this.#timer)
    this.#connection.removeEventListener("open", this.#ask)
    this.#connection.removeEventListener("state", this.#state)
  }

  #describe() {
    part(this, "room").textContent = this.#room.name
    part(this, "purpose").textContent = this.#room.purpose
    part(this, "fades").textContent = fades(this.#room.history_hours)
    tell(part(this, "disclaimer"), this.#room.disclaimer)
    items(part(this, "rules"), this.#room.rules)
  }

  #another() {
    this.#roll += 1
    tell(part(this, "note"), "")
    this.#named = false
    this.#askUntilFree()
  }

  // Names that somebody present has are passed over.
  async #askUntilFree() {
    if (this.#asking || this.#named) return
    clearTimeout(this.#timer)
    this.#asking = true
    this.#allow(false)
    try {
      let answer
      while (!(answer = await this.#name()).free) this.#roll += 1
      this.#show(answer.who)
    } catch (reason) {
      this.#tryAgain(reason)
    } finally {
      this.#asking = false
    }
  }

  #name() {
    return this.#connection.request("name", this.#room.slug, this.#roll)
  }

  #tryAgain(reason) {
    if (reason instanceof LineLost) return // the next line asks by itself
    if (!(reason instanceof Refused)) throw reason
    if (reason.code === "no_such_room") return announce(this, "no-such-room")
    const wait = Math.max(reason.wait, 2)
    tell(part(this, "note"), refusal(reason.code, wait, "name"))
    this.#slowed = true
    this.#timer = setTimeout(this.#ask, wait * 1000)
  }

  #show(who) {
    const name = nameOf(who)
    const face = part(this, "face")
    empty(face)
    face.append(badge(name), made("span", name.words), made("span", ` with a ${name.colour} ${name.shape}`, "small"))
    this.#named = true
    if (this.#slowed) tell(part(this, "note"), "")
    this.#slowed = false
    this.#allow(true)
  }

  #allow(allowed) {
    part(this, "enter").disabled = !allowed
    part(this, "another").disabled = !allowed
  }

  #showState() {
    if (this.#named) return
    const words = {
      full: "The house is full just now. We try again in a minute.",
      stopped: "Something is wrong with this page. Please reload it.",
      waiting: "Waiting for signal…"
    }
    part(this, "face").textContent = words[this.#connection.state] || "Looking for a name…"
  }
}
