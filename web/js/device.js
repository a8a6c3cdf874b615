// <your-device>: the twelve words, coming back with them, and being forgotten.

import { NotTwelveWords, secretOf, UnknownWord, wordsOf } from "./phrase.js"
import { announce, items, part, tell } from "./page.js"

export class YourDevice extends HTMLElement {
  #secret
  #list = null

  open({ secret }) {
    this.#secret = secret
    part(this, "show").onclick = () => this.#show()
    part(this, "back").onsubmit = event => this.#comeBack(event)
    part(this, "forget").onclick = () => this.#ask()
    part(this, "really").onclick = () => announce(this, "forget")
  }

  async #show() {
    const list = await this.#words()
    if (!list) return
    items(part(this, "words"), wordsOf(this.#secret.bytes, list))
    part(this, "words").hidden = false
    part(this, "show").hidden = true
  }

  async #comeBack(event) {
    event.preventDefault()
    const list = await this.#words()
    if (!list) return
    try {
      const secret = secretOf(part(this, "phrase").value, list)
      part(this, "phrase").value = ""
      announce(this, "come-back", secret)
      this.#forgetWords()
      tell(part(this, "note"), "Welcome back. You are the same person again.")
    } catch (reason) {
      tell(part(this, "note"), whyNot(reason))
    }
  }

  #forgetWords() {
    part(this, "words").hidden = true
    part(this, "show").hidden = false
  }

  #ask() {
    part(this, "really").hidden = false
    part(this, "really").focus()
  }

  async #words() {
    try {
      this.#list = this.#list || await fetchWords()
      tell(part(this, "note"), "")
    } catch {
      tell(part(this, "note"), "The word list could not be fetched. Try again when there is signal.")
    }
    return this.#list
  }
}

async function fetchWords() {
  const answer = await fetch("/words.txt", { credentials: "omit" })
  const words = (await answer.text()).trim().split(/\s+/)
  if (!answer.ok || words.length !== 2048) throw new Error("no word list")
  return words
}

function whyNot(reason) {
  if (reason instanceof NotTwelveWords) return `It takes twelve words; there are ${reason.message}.`
  if (reason instanceof UnknownWord) return `“${reason.message}” is not one of the words. Is it spelled right?`
  return "These words do not fit together. Is one of them wrong, or in the wrong place?"
}

customElements.define("your-device", YourDevice)
