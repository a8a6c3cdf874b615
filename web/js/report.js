// <report-form>: shows a message to the room team. One tap on a reason sends it.

import { act } from "./message.js"
import { announce, empty, part } from "./page.js"
import { nameOf } from "./names.js"

const REASONS = {
  risk_to_self: "Somebody may be in danger",
  harassment: "Unkind, or an attack",
  sourcing: "Buying, selling or how to use",
  identity: "Says who somebody is",
  predatory: "Wants to get somebody alone",
  spam: "Advertising or spam",
  other: "Something else"
}

export class ReportForm extends HTMLElement {
  #from = null // where the keyboard was

  // `message` is { position, who }.
  show(message) {
    this.#from = document.activeElement
    part(this, "whose").textContent = `Show the room team what ${nameOf(message.who).words} said?`
    const list = part(this, "reasons")
    empty(list)
    for (const [reason, words] of Object.entries(REASONS)) {
      list.append(act(words, "button button--small button--quiet", () => this.#send(message, reason)))
    }
    part(this, "no").onclick = () => this.close()
    this.hidden = false
    list.firstChild.focus()
  }

  #send({ position }, reason) {
    this.close()
    announce(this, "report", { target: position, reason })
  }

  close() {
    this.hidden = true
    announce(this, "report-closed", this.#from)
  }
}
