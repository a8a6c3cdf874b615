// One case: what others do to it shows, the newest of it last.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Case } from "../../web/staff/js/case.js"
import { Clock, settled } from "./support.js"

function aCase() {
  const clock = new Clock()
  const asked = []
  const fetch = () => new Promise(resolve => asked.push(resolve))
  const places = { claimed: {}, looking: {}, changed: { hidden: true } }
  const root = {
    dataset: { case: "c1", events: "1" },
    querySelectorAll: () => [],
    querySelector: selector => places[selector.slice("[data-".length, -1)]
  }
  return { clock, asked, places, one: new Case(root, { fetch, timers: clock }) }
}

function answer(claimed, events) {
  return { ok: true, status: 200, json: async () => ({ claimed, looking: "", events }) }
}

test("an answer that is late is not shown over a newer one: they are asked for in turn", async () => {
  const { clock, asked, places, one } = aCase()
  one.changed()
  clock.advance(1)
  one.changed()
  clock.advance(1)
  assert.equal(asked.length, 1)

  asked[0](answer("", 1))
  await settled()
  clock.advance(1)
  asked[1](answer("Fern has it", 2))
  await settled()

  assert.equal(places.claimed.textContent, "Fern has it")
  assert.equal(places.changed.hidden, false)
})
