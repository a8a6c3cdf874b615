// What a member asks of the room team from one room: to look at a message, and to come.

import { Refused } from "./connection.js"
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
    if (await this.#ask("report", target, reason)) {
      this.#tell("Thank you. The room team will look at it.")
      this.#tell(SHOWN, target)
    }
  }

  async ring() {
    if (await this.#ask("bell")) this.#tell("The room team has been called, and comes when somebody can. Nobody else here knows.")
  }

  // Returns whether they know now.
  async #ask(name, ...fields) {
    const id = crypto.getRandomValues(new Uint8Array(8))
    try {
      return await this.#connection.request(name, this.#room, id, ...fields)
    } catch (reason) {
      if (reason instanceof Refused) this.#tell(refusal(reason.code, reason.wait, "earlier"))
      else this.#tell("Waiting for signal. Try again in a moment.")
      return null
    }
  }
}
