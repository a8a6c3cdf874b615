// <chat-room>: one room, with who is in it, and help at hand.

import { Conversation } from "./conversation.js"
import { chooseLight } from "./light.js"
import { announce, part, tell } from "./page.js"
import { controlWords } from "./plainly.js"
import { hereWords } from "./presence.js"

export class ChatRoom extends Conversation {
  #storage

  open(opened) {
    super.open(opened)
    this.#storage = opened.storage
    part(this, "room").textContent = opened.room.name
    this.querySelector("care-card").open(opened)
    this.hears("care", ({ grade }) => this.querySelector("care-card").show(grade))
    this.hears("controls", controls => tell(part(this, "controls"), controlWords(controls)))
    this.#listenToPage()
  }

  // Where a keyboard goes on; a phone's would cover the room.
  focus() {
    if (matchMedia("(pointer: coarse)").matches) part(this, "room").focus()
    else this.querySelector("message-composer").focus()
  }

  get more() {
    return true
  }

  get acts() {
    return {
      ...super.acts,
      "talk-more": message => this.calls.talkMore(message),
      "care-opened": () => part(this, "help").setAttribute("aria-expanded", true),
      "care-closed": () => this.#careClosed(),
      "light": light => this.#chooseLight(light)
    }
  }

  #listenToPage() {
    this.on(part(this, "leave"), "click", () => announce(this, "leave"))
    this.on(part(this, "help"), "click", () => this.querySelector("care-card").toggle())
    for (const bell of this.querySelectorAll("[data-bell]")) this.on(bell, "click", () => this.calls.ring())
    this.on(part(this, "people"), "click", () => this.#togglePeople())
    this.on(this, "keydown", ({ key }) => { if (key === "Escape") this.#escape() })
  }

  #chooseLight(light) {
    this.light = light
    chooseLight(this.#storage, light)
  }

  #togglePeople(shown = !this.classList.contains("room--people")) {
    this.classList.toggle("room--people", shown)
    part(this, "people").setAttribute("aria-expanded", shown)
  }

  // One thing is closed at a time, the one on top first.
  #escape() {
    const open = ["report-form", "care-card"].map(name => this.querySelector(name)).find(card => !card.hidden)
    if (open && !this.classList.contains("room--people")) return open.close()
    this.#togglePeople(false)
    this.querySelector("message-composer").focus()
  }

  #careClosed() {
    part(this, "help").setAttribute("aria-expanded", false)
    this.querySelector("message-composer").focus()
  }

  show() {
    super.show()
    this.querySelector("room-presence").show(this.people, this.me, this.light)
    part(this, "people").textContent = this.light ? "Who is here" : hereWords(this.people.count)
  }
}
