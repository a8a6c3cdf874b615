// Ready-made words for the member, and the places in them that must be filled first.

const OPEN = /\{[^{}]*\}/g

// Returns the places of a text that nobody has filled yet: "{room}".
export function unfilled(text) {
  return text.match(OPEN) || []
}

// Returns what to say about them; empty when the words can go.
export function complaint(text) {
  const left = unfilled(text)
  if (!left.length) return ""
  return `Still to be filled: ${left.join(" ")}`
}

export class Replies {
  #choice
  #words

  constructor(form) {
    this.#choice = form.querySelector("[data-canned]")
    this.#words = form.querySelector("[data-words]")
    this.#choice.addEventListener("change", () => this.#put())
  }

  #put() {
    const chosen = this.#choice.selectedOptions[0]
    if (!chosen.dataset.text) return
    this.#words.value = chosen.dataset.text
    this.#words.dispatchEvent(new Event("input"))
    this.#words.focus()
    this.#choosePlace()
  }

  // What is to be filled is selected, so that writing fills it.
  #choosePlace() {
    const [first] = unfilled(this.#words.value)
    if (!first) return
    const from = this.#words.value.indexOf(first)
    this.#words.setSelectionRange(from, from + first.length)
  }
}
