// <talk-cards>: who would like to talk in private, and the way to the talk. <card-page>:
// that talk.

import { nameOf } from "./names.js"
import { aloud, copy, part, tell } from "./page.js"
import { refusal } from "./plainly.js"
import { TalkPage } from "./talkpage.js"

const EMPTY = "Nothing has been said yet. A hello is a good start."
const LOST = "Waiting for signal. Try again in a moment."

export class TalkCards extends HTMLElement {
  #cards
  #items = new Map() // token → element
  #unread = false

  open({ cards }) {
    this.#cards = cards
    cards.addEventListener("change", () => this.#show())
    this.#show()
  }

  // Has something been said there while other pages were looked at?
  set unread(unread) {
    this.#unread = unread
    this.#show()
  }

  #show() {
    const shown = this.#cards.all.filter(({ state }) => state !== "over")
    for (const [token, item] of this.#items) if (!shown.some(card => card.token === token)) this.#gone(token, item)
    for (const card of shown) this.#fill(card)
    this.hidden = !shown.length
  }

  #gone(token, item) {
    item.remove()
    this.#items.delete(token)
  }

  #fill(card) {
    const item = this.#items.get(card.token) || this.#made(card)
    const words = cardWords(card, this.#unread)
    if (part(item, "words").textContent !== words) this.#tell(item, words)
    const asked = card.state === "asked"
    for (const name of ["yes", "no", "fine"]) part(item, name).hidden = !asked
    part(item, "go").hidden = asked
    item.classList.toggle("strip--open", !asked)
  }

  #tell(item, words) {
    part(item, "words").textContent = words
    aloud(words)
  }

  #made(card) {
    const item = copy("talk-card")
    part(item, "yes").onclick = () => this.#answer(item, card, true)
    part(item, "no").onclick = () => this.#answer(item, card, false)
    this.#items.set(card.token, item)
    this.append(item)
    return item
  }

  async #answer(item, card, yes) {
    const failed = ({ detail }) => tell(part(item, "note"), whyNot(detail))
    this.#cards.addEventListener("refused", failed)
    const known = await this.#cards.answer(card, yes)
    this.#cards.removeEventListener("refused", failed)
    if (!known) return
    document.querySelector("main h1").focus()
    if (yes) location.hash = "#/private"
    else this.#cards.drop(card)
  }
}

export class CardPage extends TalkPage {
  #cards
  #listening = () => this.refresh()

  // `opened` is { cards, stay, connection, storage, session, outbox, back, unheard }.
  open(opened) {
    this.#cards = opened.cards
    part(this, "end").onclick = () => this.#end()
    opened.cards.addEventListener("change", this.#listening)
    super.open({ ...opened, empty: EMPTY })
  }

  close() {
    this.#cards.removeEventListener("change", this.#listening)
    super.close()
  }

  get goesOn() {
    return this.#cards.awaits
  }

  refresh() {
    const card = this.#cards.talk
    const over = !card || card.state !== "open"
    const words = !card && this.#cards.asked.length ? "One moment…" : pageWords(card, over)
    if (part(this, "told").textContent !== words) part(this, "told").textContent = words
    part(this, "end").hidden = over
    this.showTalk({ slug: card ? card.talk : "", over, answered: !over, peers: [] })
  }

  async #end() {
    const card = this.#cards.talk
    const failed = ({ detail }) => tell(part(this, "problem"), whyNot(detail))
    this.#cards.addEventListener("refused", failed)
    if (card && await this.#cards.answer(card, false)) tell(part(this, "problem"), "")
    this.#cards.removeEventListener("refused", failed)
    part(this, "room").focus()
  }
}

function whyNot({ code, wait }) {
  if (code === "gone") return "That is over already."
  return code === "no_line" ? LOST : refusal(code, wait, "earlier")
}

function cardWords({ state, who }, unread) {
  const { words } = nameOf(who)
  if (state === "asked") return `${words} would like to talk with you in private.`
  return unread ? `There are new words for you from ${words}.` : `Your private talk with ${words} is open.`
}

function pageWords(card, over) {
  if (!card) return "There is no private talk just now."
  const { words } = nameOf(card.who)
  if (over) return "This talk is over. What was said is gone soon."
  return `You and ${words}, alone. Names are different in here, so that nobody can tell from outside.`
}
