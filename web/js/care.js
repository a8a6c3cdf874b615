// <care-card>: help lines, for whoever wrote what sounded like danger, and for whoever asks.
// It comes to one member alone, and takes nothing away: one goes on writing below it.

import { aloud, announce, part } from "./page.js"

const MEDIUM = 2
const URGENT = 3
const QUIET_MS = 10 * 60 * 1000
const WORDS = {
  asked: "Somebody to talk to, now.",
  heavy: "What you wrote sounds heavy. You do not have to carry it alone. These people listen, and so do we.",
  urgent: "What you wrote sounds like danger. If somebody may die or get hurt, please call now. You can keep talking here too."
}
const WHERE = "Only you see this. The help lines stand above the place where you write."

export class CareCard extends HTMLElement {
  #closed = { grade: 0, at: 0 }
  #grade = 0

  // `room` is where one is, when one is in a room.
  open({ storage, stay, room = null }) {
    this.querySelector("help-lines").open({ storage })
    this.querySelector("stay-choice").open({ stay, room: () => room ? room.slug : "" })
    part(this, "close").onclick = () => this.close()
  }

  // It comes by itself: the keyboard stays where it is, for somebody may be in the middle
  // of a sentence, and the reader says it once.
  show(grade) {
    if (!this.hidden && grade <= this.#grade) return
    if (this.hidden && grade <= MEDIUM && this.#wasClosedLately(grade)) return
    this.#open(grade, grade >= URGENT ? WORDS.urgent : WORDS.heavy)
    aloud(`${part(this, "words").textContent} ${WHERE}`)
  }

  // It was asked for.
  toggle() {
    if (!this.hidden) return this.close()
    this.#open(0, WORDS.asked)
    part(this, "words").focus()
  }

  close() {
    this.#closed = { grade: this.#grade, at: Date.now() }
    this.hidden = true
    announce(this, "care-closed")
  }

  #open(grade, words) {
    this.#grade = grade
    part(this, "words").textContent = words
    this.hidden = false
    this.scrollTop = 0
    announce(this, "care-opened")
  }

  // Whoever put it away is not told the same again and again.
  #wasClosedLately(grade) {
    const { grade: closed, at } = this.#closed
    return grade <= closed && Date.now() - at < QUIET_MS
  }
}
