// The rooms page: a bell or an alarm shows at once, on top.

import { part } from "../../js/page.js"
import { ago, keepAges } from "./ago.js"

const AGES_MS = 20000

export class Rooms {
  #root
  #now
  #open = false

  constructor(root, { timers = globalThis, now = Date.now } = {}) {
    this.#root = root
    this.#now = now
    const keep = () => {
      keepAges(root, now)
      timers.setTimeout(keep, AGES_MS)
    }
    keep()
  }

  // Called when the line is there; a bell that rang while it was not is heard by nobody.
  opened() {
    part(this.#root, "behind").hidden = !this.#open
    this.#open = true
  }

  bell({ room, at }) {
    this.#call(`${this.#name(room)}: a member asks for one of you`, at)
  }

  alarm({ room, what, number }) {
    this.#call(alarmed(this.#name(room), what, number), Math.floor(this.#now() / 1000))
  }

  controls() {
    part(this.#root, "changed").hidden = false
  }

  #call(words, at) {
    const call = part(this.#root, "call").content.firstElementChild.cloneNode(true)
    part(call, "words").textContent = words
    const time = part(call, "opened")
    time.dataset.opened = at
    time.textContent = ago(this.#now() / 1000 - at)
    part(this.#root, "calls").prepend(call)
    part(this.#root, "empty").hidden = true
  }

  // A slug is looked for among what is there, never pasted into a selector.
  #name(slug) {
    const rooms = [...this.#root.querySelectorAll("[data-room]")]
    const room = rooms.find(each => each.dataset.room === slug)
    return room ? room.dataset.name : slug
  }
}

// What an alarm is about: a crowd, a member who asks many, or needs that are stuck.
export function alarmed(room, what, number) {
  if (what === "joins") return `${room}: ${number} came in within a minute`
  if (what === "cards") return `${room}: one member asked ${number} people today to talk in private`
  return "Somebody who needs to talk may not be heard: look at the calls"
}
