// What is said under one's breath: who is writing, and who has just come in.

import { nameOf } from "./names.js"

const CAME_MS = 6000

export class Whisper {
  #came = ""
  #until = 0
  #now

  constructor(now = Date.now) {
    this.#now = now
  }

  came(whos) {
    if (!whos.length) return
    this.#came = `${whos.map(who => nameOf(who).words).join(", ")} came in`
    this.#until = this.#now() + CAME_MS
  }

  words(typing) {
    if (typing.length === 1) return `${nameOf(typing[0]).words} is writing…`
    if (typing.length) return `${typing.length} people are writing…`
    return this.#until > this.#now() ? this.#came : ""
  }
}
