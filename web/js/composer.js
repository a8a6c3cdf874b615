// <message-composer>: where one writes.

import { announce, part, tell } from "./page.js"
import { lengthOf, textOf } from "./text.js"

const NEARLY_FULL = 200

export class MessageComposer extends HTMLElement {
  #text
  #limit = 2000
  #reply = 0
  #session
  #room

  connectedCallback() {
    this.#text = part(this, "text")
    this.querySelector("form").onsubmit = event => this.#submit(event)
    this.#text.onkeydown = event => this.#key(event)
    this.#text.oninput = () => this.#written()
    part(this, "no-reply").onclick = () => this.replyTo(0)
  }

  // A phone may close the tab in the middle of a sentence: the draft outlives that.
  open({ room, session, limit }) {
    this.#room = room
    this.#session = session
    this.#limit = limit
    this.#text.value = session.get(this.#draft) || ""
    this.#fit()
  }

  replyTo(position, name = "") {
    this.#reply = position
    tell(part(this, "reply-words"), name && `Reply to ${name}`)
    part(this, "reply").hidden = !position
    this.focus()
  }

  // Gives back what could not be said, before what has been written since.
  restore(text) {
    this.#text.value = [text, this.#text.value].filter(Boolean).join("\n")
    this.#written()
    this.focus()
  }

  // Puts in what somebody may say, and not again where it is there.
  offer(text) {
    if (this.#text.value.split("\n").includes(text)) this.focus()
    else this.restore(text)
  }

  focus() {
    this.#text.focus()
  }

  #submit(event) {
    event.preventDefault()
    const text = textOf(this.#text.value)
    if (!text.trim()) return
    if (lengthOf(text) > this.#limit) return announce(this, "too-long")
    announce(this, "say", { text, reply: this.#reply })
    this.#text.value = ""
    this.#written(false)
    this.replyTo(0)
  }

  // On a phone the keyboard's only way to a new line is Enter.
  #key(event) {
    const plain = event.key === "Enter" && !event.shiftKey && !event.isComposing
    if (plain && !matchMedia("(pointer: coarse)").matches) this.#submit(event)
    else if (event.key === "Escape" && this.#reply) {
      event.stopPropagation()
      this.replyTo(0)
    }
  }

  #written(writing = true) {
    this.#session.set(this.#draft, this.#text.value)
    this.#fit()
    if (writing && this.#text.value) announce(this, "writing")
  }

  #fit() {
    this.#text.style.height = "auto"
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`
    const left = this.#limit - lengthOf(textOf(this.#text.value))
    part(this, "count").textContent = left > NEARLY_FULL ? "" : leftWords(left)
    this.querySelector("form").classList.toggle("composer--over", left < 0)
    this.#text.setAttribute("aria-invalid", left < 0)
  }

  get #draft() {
    return `draft.${this.#room}`
  }
}

function leftWords(left) {
  return left < 0 ? `${-left} too many` : `${left} left`
}
