// <line-state>: how the line to the house is, in plain words.

import { part } from "./page.js"
import { lineWords } from "./plainly.js"

export class LineState extends HTMLElement {
  show(connection, joined) {
    const [words, mood] = lineWords(connection, joined)
    const text = part(this, "words")
    // The same words again would be read out again.
    if (text.textContent !== words) text.textContent = words
    this.dataset.mood = mood
  }
}
