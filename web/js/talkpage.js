// A page with one private talk in it, which goes on while other pages are looked at.

import { copy, part } from "./page.js"

export class TalkPage extends HTMLElement {
  #opened
  #talk = null

  open(opened) {
    this.#opened = opened
    part(this, "leave").onclick = () => { location.hash = opened.back() }
    this.addEventListener("talk-gone", () => this.#remove())
    this.refresh()
  }

  // It is shown again: what came meanwhile is looked at.
  connectedCallback() {
    if (!this.#opened) return
    this.refresh()
    if (this.#talk) this.#talk.querySelector("room-talk").toEnd()
  }

  // `scene` is { slug, over, answered, peers }; a talk can only begin on a page that shows.
  showTalk({ slug, over, answered, peers }) {
    if (this.#talk && this.#talk.slug !== slug) this.#remove()
    if (!this.#talk && slug && !over && this.isConnected) this.#begin(slug)
    if (!this.#talk) return
    this.#talk.peers = peers
    if (over) return this.#talk.end()
    this.#talk.goOn()
    this.#talk.answered = answered
  }

  // The talk is left for good.
  close() {
    this.#remove()
  }

  #begin(slug) {
    this.#talk = copy("talk")
    part(this, "talk").append(this.#talk)
    this.#talk.open({ ...this.#opened, slug })
    this.classList.add("room--begun")
  }

  #remove() {
    if (!this.#talk) return
    this.#talk.close()
    this.#talk.remove()
    this.#talk = null
    this.classList.remove("room--begun")
  }
}
