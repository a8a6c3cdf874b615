// How often one checks in, as it is chosen on a page that comes and goes.

import assert from "node:assert/strict"
import { test } from "node:test"

// A toy of an element, with a place for each part of it.
class Element {
  hidden = false
  append() {}
  setAttribute() {}
  querySelector() { return new Element() }
}

globalThis.HTMLElement = Element
globalThis.document = {
  createElement: () => new Element(),
  getElementById: () => ({ content: { cloneNode: () => new Element() } })
}

const { StayChoice } = await import("../../web/js/staycards.js")

class ToyStay extends EventTarget {
  asked = 0
  #isOn = false

  get isOn() {
    this.asked++
    return this.#isOn
  }

  set isOn(isOn) {
    this.#isOn = isOn
    this.dispatchEvent(new Event("change"))
  }
}

function aChoice() {
  const stay = new ToyStay()
  const choice = new StayChoice()
  choice.open({ stay, room: () => "coffee" })
  return { stay, choice }
}

test("who checks in already is not asked how often", () => {
  const { stay, choice } = aChoice()
  assert.equal(choice.hidden, false)

  stay.isOn = true

  assert.equal(choice.hidden, true)
})

test("a page that is left hears no more of it", () => {
  const { stay, choice } = aChoice()
  choice.disconnectedCallback()
  const asked = stay.asked

  stay.isOn = true

  assert.equal(stay.asked, asked)
})

test("a choice that was never opened can be left as well", () => {
  new StayChoice().disconnectedCallback()
})
