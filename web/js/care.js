// <care-card>: help lines, shown to whoever wrote what sounded like danger, and to nobody
// else. It takes nothing away: one can go on talking beside it.

import { chooseCountry, COUNTRIES, countryOf, linesOf } from "./lines.js"
import { empty, made, part } from "./page.js"

const URGENT = 3
const WORDS = {
  urgent: "What you wrote sounds like danger. If somebody may die or get hurt, please call now. You can keep talking here too.",
  heavy: "What you wrote sounds heavy. You do not have to carry it alone. These people listen at any hour, and so do we."
}

export class CareCard extends HTMLElement {
  #storage

  open({ storage }) {
    this.#storage = storage
    this.#fillCountries()
    part(this, "country").onchange = ({ target }) => this.#choose(target.value)
    part(this, "close").onclick = () => this.#close()
    this.#fillLines()
  }

  // The keyboard stays where it is: somebody may be in the middle of a sentence.
  show(grade) {
    part(this, "words").textContent = grade >= URGENT ? WORDS.urgent : WORDS.heavy
    this.hidden = false
  }

  #close() {
    this.hidden = true
    this.dispatchEvent(new CustomEvent("care-closed", { bubbles: true }))
  }

  #fillCountries() {
    const select = part(this, "country")
    const choices = [["", "Somewhere else"], ...Object.entries(COUNTRIES).map(([code, { name }]) => [code, name])]
    empty(select)
    for (const [code, name] of choices) {
      const option = made("option", name)
      option.value = code
      select.append(option)
    }
    select.value = countryOf(this.#storage)
  }

  #choose(country) {
    chooseCountry(this.#storage, country)
    this.#fillLines(country)
  }

  #fillLines(country = countryOf(this.#storage)) {
    const list = part(this, "lines")
    empty(list)
    list.append(made("li", "Your emergency number, if it cannot wait"))
    for (const [words, number] of linesOf(country)) list.append(lineItem(words, number))
  }
}

function lineItem(words, number) {
  const item = made("li", `${words}: `)
  const link = made("a", number)
  link.href = `tel:${number.replace(/\D/g, "")}`
  item.append(link)
  return item
}
