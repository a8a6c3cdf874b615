// <help-lines>: whom to call, in the country that was chosen on this device. Announces
// "country" when another is chosen.

import { callTo, chooseCountry, COUNTRIES, countryOf, isEmergency, linesOf } from "./lines.js"
import { announce, copy, empty, made, part } from "./page.js"

export class HelpLines extends HTMLElement {
  #storage

  open({ storage }) {
    this.#storage = storage
    empty(this)
    this.append(copy("help-lines"))
    const select = part(this, "country")
    select.append(option("", "Somewhere else"))
    for (const [code, { name }] of Object.entries(COUNTRIES)) select.append(option(code, name))
    select.onchange = () => this.#choose(select.value)
    this.show()
  }

  #choose(country) {
    chooseCountry(this.#storage, country)
    this.show()
    announce(this, "country")
  }

  // The country may have been chosen elsewhere since.
  show() {
    const country = countryOf(this.#storage)
    const list = part(this, "lines")
    part(this, "country").value = country
    empty(list)
    if (!namesEmergency(country)) list.append(made("li", "If somebody may die, call your emergency number: the one for an ambulance."))
    for (const [words, number] of linesOf(country)) list.append(lineItem(words, number))
  }
}

function namesEmergency(country) {
  return linesOf(country).some(([words]) => isEmergency(words))
}

function option(value, words) {
  const choice = made("option", words)
  choice.value = value
  return choice
}

// The whole line can be tapped: a thumb may shake.
function lineItem(words, number) {
  const link = made("a", "", "lines__one")
  link.href = callTo(number)
  link.append(made("strong", number), " ", made("span", words))
  const item = made("li", "")
  item.append(link)
  return item
}
