// <room-list>: the rooms, what each is for, and who is there now.

import { busiest, hourHere } from "./hours.js"
import { announce, empty, part, tell } from "./page.js"

const REFRESH_MS = 60000

export class RoomList extends HTMLElement {
  #outbox
  #rooms = []
  #timer = null
  #shown = false

  constructor() {
    super()
    document.addEventListener("visibilitychange", () => this.#refreshIfSeen())
    addEventListener("online", () => this.#refreshIfSeen())
  }

  // `outbox` knows in which rooms something still waits.
  open(outbox) {
    this.#outbox = outbox
    if (!this.#rooms.length) tell(part(this, "note"), "Looking for the rooms…")
    this.#shown = true
    this.#show()
    return this.refresh()
  }

  close() {
    this.#shown = false
    clearTimeout(this.#timer)
  }

  async refresh() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#refreshIfSeen(), REFRESH_MS)
    try {
      const answer = await fetch("/rooms.json", { cache: "no-cache", credentials: "omit" })
      if (!answer.ok) throw new Error(String(answer.status))
      const { rooms } = await answer.json()
      this.#rooms = rooms
      tell(part(this, "note"), "")
      this.#show()
      announce(this, "rooms", rooms)
    } catch {
      if (!this.#rooms.length) tell(part(this, "note"), "Waiting for signal. The rooms will show when it is back.")
    }
  }

  #refreshIfSeen() {
    if (this.#shown && !document.hidden) this.refresh()
  }

  #show() {
    const list = part(this, "rooms")
    const waiting = this.#outbox ? this.#outbox.rooms() : new Set()
    if (list.children.length !== this.#rooms.length) {
      empty(list)
      for (const _ of this.#rooms) list.append(this.querySelector("template").content.cloneNode(true))
    }
    this.#rooms.forEach((room, i) => fill(list.children[i], room, waiting.has(room.slug)))
  }
}

function fill(card, room, waiting) {
  const link = part(card, "name")
  link.textContent = room.name
  link.href = `#${room.slug}`
  part(card, "purpose").textContent = room.purpose
  part(card, "here").textContent = room.here ? `${room.here} here now` : "Nobody here just now"
  part(card, "here").classList.toggle("card__here--nobody", !room.here)
  tell(part(card, "whom"), room.for_whom && `For: ${room.for_whom}`)
  tell(part(card, "busy"), usually(room.busy))
  tell(part(card, "disclaimer"), room.disclaimer)
  part(card, "waiting").hidden = !waiting
}

function usually(busy) {
  const hour = busiest(busy)
  return hour === null ? "" : `Usually busy around ${hourHere(hour)} your time`
}
