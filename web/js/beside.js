// What goes on beside the rooms, whatever page is looked at: one's need, one's check-ins,
// and private talks.

import { Cards } from "./cards.js"
import { Need } from "./need.js"
import { copy } from "./page.js"
import { Stay } from "./stay.js"
import { Traces } from "./traces.js"

const SWEEP_MS = 60000
const PAGES = { "/talk": "need-page", "/private": "card-page" }

export class Beside {
  #opened
  #traces
  #strips = {}
  #pages = new Map() // place → the page of a talk, which goes on while others are shown

  constructor({ connection, storage, session, outbox }) {
    const language = (navigator.language || "").split("-")[0].toLowerCase()
    this.stay = new Stay({ connection, storage, language })
    this.need = new Need({ connection, storage, session, language, missed: () => this.stay.missed })
    this.cards = new Cards({ connection, storage })
    this.#traces = new Traces({ storage, session, outbox })
    this.#opened = { connection, storage, session, outbox, ...this.parts }
  }

  get parts() {
    const { need, stay, cards } = this
    return { need, stay, cards }
  }

  // Fills the strips above every page, and wipes what talks that are over have left.
  open() {
    this.#strips = { "/talk": document.querySelector("need-strip"), "/private": document.querySelector("talk-cards") }
    for (const strip of [...Object.values(this.#strips), document.querySelector("stay-strip")]) strip.open(this.parts)
    for (const each of [this.need, this.cards]) each.addEventListener("change", () => this.#trace())
    setInterval(() => this.#traces.sweep(), SWEEP_MS)
    this.#traces.sweep()
  }

  has(place) {
    return place in PAGES
  }

  // Is there anything to hear, or to answer?
  get awaits() {
    return this.#each(part => part.awaits).includes(true)
  }

  // Nothing came with the welcome for what the house was asked for before.
  settled() {
    this.#each(part => part.none())
    this.#traces.only(this.#slugs)
  }

  forget() {
    this.#each(part => part.forget())
    for (const page of this.#pages.values()) page.close()
    this.#pages.clear()
  }

  // Shows the page of a talk; `stageView` puts it where it is seen, `back` is where it
  // leads from there.
  show(place, stageView, back) {
    const strip = this.#strips[place]
    strip.unread = false
    if (this.#pages.has(place)) return stageView(this.#pages.get(place))
    const page = stageView(copy(PAGES[place]))
    this.#pages.set(place, page)
    page.open({ ...this.#opened, back, unheard: () => { strip.unread = true } })
  }

  // A talk goes on when one looks at something else, until it is over.
  left(page) {
    if (page.goesOn) return
    page.close()
    for (const [place, known] of this.#pages) if (known === page) this.#pages.delete(place)
  }

  get #slugs() {
    const open = this.cards.all.filter(({ state }) => state === "open").map(({ talk }) => talk)
    return this.need.isOpen ? [this.need.news.talk, ...open] : open
  }

  #trace() {
    const { news } = this.need
    const known = [news && news.talk, ...this.cards.all.map(({ talk }) => talk)].filter(Boolean)
    const open = this.#slugs
    for (const slug of known) open.includes(slug) ? this.#traces.begun(slug) : this.#traces.over(slug)
  }

  #each(act) {
    return Object.values(this.parts).map(act)
  }
}
