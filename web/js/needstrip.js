// <need-strip>: says on every other page how it stands with one's need, and leads there.

import { part } from "./page.js"
import { stripWords } from "./needwords.js"

export class NeedStrip extends HTMLElement {
  #need
  #unread = false

  open({ need }) {
    this.#need = need
    need.addEventListener("change", () => this.#show())
    part(this, "no").onclick = () => this.#no()
    this.#show()
  }

  // Has something been said in the talk while other pages were looked at?
  set unread(unread) {
    this.#unread = unread
    this.#show()
  }

  #no() {
    this.#need.withdraw()
    document.querySelector("main h1").focus()
  }

  #show() {
    const words = this.#unread && this.#need.isOpen ? "There are new words for you in your talk." : stripWords(this.#need)
    const shown = part(this, "words")
    if (shown.textContent !== words) shown.textContent = words
    part(this, "no").hidden = !(this.#need.unasked && this.#need.isCalling)
    this.hidden = !words
  }
}
