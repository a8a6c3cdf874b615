// <team-words>: what the room team says to this device, until it was read or is over.
//
// What holds for a time stays, folded up, once it was read. Events: "words" (there are
// some now, or none any more), "removed" (one may not come in).

import { LineLost, Refused } from "./connection.js"
import { bytesOf } from "./frames.js"
import { act } from "./message.js"
import { aloud, announce, copy, part, tell } from "./page.js"
import { plainUntil, refusal, teamWords } from "./plainly.js"

const HOLDING = ["slow", "held", "suspended", "removed"]
const THANKS = "Thank you. Another moderator will look at it, and tell you here."
const KEY = "words."

export class TeamWords extends HTMLElement {
  #connection
  #outbox
  #session
  #items = new Map() // token → element

  // `session` remembers what was read: a line that drops brings every word again.
  open({ connection, outbox, session }) {
    this.#connection = connection
    this.#outbox = outbox
    this.#session = session
    connection.addEventListener("word", ({ detail }) => this.#heard(detail))
  }

  get some() {
    return this.#items.size > 0
  }

  // Another person begins on this device, or nobody: these words are not for them.
  forget() {
    for (const token of [...this.#items.keys()]) this.#gone(token)
  }

  #heard(word) {
    const quote = this.#outbox.decided(word)
    if (word.kind === "undone") return this.#gone(word.token)
    const known = this.#items.get(word.token)
    if (known) return this.#fillActs(known, word)
    const item = this.#item(word, quote)
    this.#items.set(word.token, item)
    part(this, "list").append(item)
    this.#changed()
    // Whoever is writing to the room team is left where they are.
    if (!this.contains(document.activeElement)) this.scrollTop = item.offsetTop
    if (item.open) aloud([teamWords(word.kind), word.text, "It stands above."].filter(Boolean).join(". "))
    if (word.kind === "removed") announce(this, "removed")
  }

  #item(word, quote) {
    const item = copy("team-word")
    const details = item.firstElementChild
    const until = word.until && word.until + this.#connection.ahead / 1000
    part(item, "what").textContent = teamWords(word.kind)
    tell(part(item, "until"), until ? plainUntil(until) : "")
    tell(part(item, "quote"), quote)
    tell(part(item, "text"), word.text)
    details.open = this.#session.get(KEY + word.token) === null
    item.open = details.open
    if (until) item.over = setTimeout(() => this.#gone(word.token), Math.max(0, until * 1000 - Date.now()))
    this.#fillActs(item, word)
    return item
  }

  #fillActs(item, word) {
    const [heed, ask] = [part(item, "heed"), part(item, "ask")]
    heed.hidden = this.#session.get(KEY + word.token) !== null
    heed.onclick = () => this.#heed(item, word)
    ask.hidden = !word.appealable
    ask.onclick = () => this.#showForm(item)
    part(item, "appeal").onsubmit = event => this.#ask(event, item, word)
    if (!word.appealable) part(item, "appeal").hidden = true
  }

  async #heed(item, word) {
    if (!await this.#request(item, "heed", bytesOf(word.token))) return
    document.querySelector("main h1").focus()
    if (!HOLDING.includes(word.kind)) return this.#gone(word.token)
    this.#session.set(KEY + word.token, "read")
    item.firstElementChild.open = false
    this.#fillActs(item, word)
  }

  #gone(token) {
    const item = this.#items.get(token)
    if (!item) return
    clearTimeout(item.over)
    item.remove()
    this.#items.delete(token)
    this.#session.remove(KEY + token)
    this.#changed()
  }

  #changed() {
    this.hidden = !this.some
    announce(this, "words", this.some)
  }

  #showForm(item) {
    const form = part(item, "appeal")
    form.hidden = false
    form.querySelector("textarea").focus()
  }

  async #ask(event, item, word) {
    event.preventDefault()
    const said = event.target.querySelector("textarea").value.trim()
    if (!said || !await this.#request(item, "appeal", bytesOf(word.token), said)) return
    this.#fillActs(item, { ...word, appealable: false })
    tell(part(item, "note"), THANKS)
    part(item, "what").parentElement.focus()
  }

  // Returns the answer, or tells why there is none.
  async #request(item, name, ...fields) {
    try {
      return await this.#connection.request(name, ...fields)
    } catch (reason) {
      if (reason instanceof Refused) tell(part(item, "note"), refusal(reason.code, reason.wait, "earlier"))
      else if (reason instanceof LineLost) tell(part(item, "note"), "Waiting for signal. Try again in a moment.")
      else throw reason
      return null
    }
  }
}
