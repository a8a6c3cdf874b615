// Asking the house how things stand, and when to ask is to look.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Asking } from "../../web/staff/js/asking.js"
import { looked } from "../../web/staff/js/calls.js"
import { Clock, settled } from "./support.js"

function asked(page) {
  const clock = new Clock()
  const addresses = []
  const fetch = async address => {
    addresses.push(address)
    return { ok: true, json: async () => ({}) }
  }
  const asking = new Asking("/staff/calls.json", () => {}, { fetch, timers: clock, more: () => looked(page) })
  return { asking, addresses, clock }
}

test("what changes within a moment is one question", async () => {
  const { asking, addresses, clock } = asked({ hidden: false })

  for (let times = 0; times < 5; times++) asking.changed()
  clock.advance(1)
  await settled()

  assert.equal(addresses.length, 1)
})

test("a page in front has its calls looked at", async () => {
  const { asking, addresses } = asked({ hidden: false })

  await asking.now()

  assert.deepEqual(addresses, ["/staff/calls.json?seen=yes"])
})

test("a page that nobody sees asks how it stands, and has looked at nothing until it comes to the front", async () => {
  const page = { hidden: true }
  const { asking, addresses } = asked(page)

  await asking.now()
  page.hidden = false
  await asking.now()

  assert.deepEqual(addresses, ["/staff/calls.json", "/staff/calls.json?seen=yes"])
})

test("who shows the answer learns that it is asked for, before it can be out of date", async () => {
  const told = []
  const fetch = async () => {
    told.push("asked")
    return { ok: true, json: async () => ({}) }
  }
  const asking = new Asking("/staff/calls.json", () => told.push("shown"), { fetch, asks: () => told.push("asks") })

  await asking.now()

  assert.deepEqual(told, ["asks", "asked", "shown"])
})

test("a house that is away for a moment is asked again", async () => {
  const clock = new Clock()
  const shown = []
  const answers = [{ ok: false, status: 503 }, { ok: true, status: 200, json: async () => ({ calls: [] }) }]
  const fetch = async () => answers.shift()
  const asking = new Asking("/staff/calls.json", found => shown.push(found), { fetch, timers: clock })

  await asking.now()
  clock.advance(10)
  await settled()

  assert.deepEqual(shown, [{ calls: [] }])
})

test("a house that says no is not asked again", async () => {
  const clock = new Clock()
  let times = 0
  const fetch = async () => {
    times++
    return { ok: false, status: 404 }
  }
  const asking = new Asking("/staff/talks/n1.json", () => {}, { fetch, timers: clock })

  await asking.now()
  clock.advance(60)
  await settled()

  assert.equal(times, 1)
})
