// What a member asks for from one room: that the room team looks at a message, or comes,
// and that somebody there talks with them in private.

import { Refused } from "./connection.js"
import { nameOf } from "./names.js"
import { refusal } from "./plainly.js"

const SHOWN = "You have shown this to the room team. Nobody else knows."

export class Calls {
  #connection
  #room
  #tell

  // `tell` says a sentence to the member; with a position, beside the message there.
  constructor({ connection, room, tell }) {
    this.#connection = connection
    this.#room = room
    this.#tell = tell
  }

  async report({ target, reason }) {
    if (await this.#ask("report", anId(), target, reason)) {
      this.#tell("Thank you. The room team will look at it.")
      this.#tell(SHOWN, target)
    }
  }

  async ring() {
    if (await this.#ask("bell", anId())) this.#tell("The room team has been called, and comes when somebody can. Nobody else here knows.")
  }

  async talkMore({ position, who }) {
    const { words } = nameOf(who)
    if (await this.#ask("talk_more", position)) this.#tell(`We have asked ${words}. If they would like to, a private talk opens for you two.`)
  }

  // Returns whether they know now.
  async #ask(name, ...fields) {
    try {
      return await this.#connection.request(name, this.#room, ...fields)
    } catch (reason) {
      if (reason instanceof Refused) this.#tell(whyNot(name, reason))
      else this.#tell("Waiting for signal. Try again in a moment.")
      return null
    }
  }
}

// Whoever may be asked only so often is not asked to count the seconds.
function whyNot(name, { code, wait }) {
  if (name === "talk_more" && code === "too_fast") return "You have asked several people already. Please wait a while before you ask again."
  return refusal(code, wait, "earlier")
}

function anId() {
  return crypto.getRandomValues(new Uint8Array(8))
}
