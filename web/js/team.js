// <team-words>: what the room team says to this device, until it was read or is over.

import { LineLost, Refused } from "./connection.js"
import { bytesOf } from "./frames.js"
import { act } from "./message.js"
import { copy, empty, part, tell } from "./page.js"
import { plainUntil, refusal, teamWords } from "./plainly.js"

export class TeamWords extends HTMLElement {
  #connection
  #words = new Map() // token → word

  open({ connection }) {
    this.#connection = connection
    connection.addEventListener("word", ({ detail }) => this.#heard(detail))
  }

  #heard(word) {
    if (word.kind === "undone") this.#words.delete(word.token)
    else this.#words.set(word.token, word)
    this.#show()
  }

  #show() {
    const list = part(this, "list")
    empty(list)
    for (const word of this.#words.values()) list.append(this.#item(word))
    this.hidden = this.#words.size === 0
  }

  #item(word) {
    const item = copy("team-word")
    part(item, "what").textContent = teamWords(word.kind)
    tell(part(item, "text"), word.text)
    tell(part(item, "until"), word.until ? plainUntil(word.until) : "")
    const acts = part(item, "acts")
    acts.append(act("I have read this", "button button--small", () => this.#heed(item, word)))
    if (word.appealable) {
      acts.append(" ", act("Ask somebody else to look at it", "button button--small button--quiet", () => this.#ask(item, word)))
    }
    return item
  }

  async #heed(item, word) {
    await this.#request(item, () => this.#connection.request("heed", bytesOf(word.token)))
      && this.#gone(word)
  }

  #gone(word) {
    this.#words.delete(word.token)
    this.#show()
    document.querySelector("h1").focus()
  }

  #ask(item, word) {
    const form = part(item, "appeal")
    form.hidden = false
    const text = form.querySelector("textarea")
    text.focus()
    form.onsubmit = async event => {
      event.preventDefault()
      if (!text.value.trim()) return
      const asked = await this.#request(item, () =>
        this.#connection.request("appeal", bytesOf(word.token), text.value.trim()))
      if (!asked) return
      form.hidden = true
      word.appealable = false
      tell(part(item, "note"), "Thank you. Another moderator will look at it.")
    }
  }

  async #request(item, ask) {
    try {
      return await ask()
    } catch (reason) {
      if (reason instanceof Refused) tell(part(item, "note"), refusal(reason.code, reason.wait))
      else if (reason instanceof LineLost) tell(part(item, "note"), "Waiting for signal. Try again in a moment.")
      else throw reason
      return null
    }
  }
}
