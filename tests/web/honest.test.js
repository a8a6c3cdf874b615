// Honest hours: nobody takes the hours of another place for their own.

import assert from "node:assert/strict"
import { test } from "node:test"
import { hoursWords } from "../../web/js/honest.js"

const TOLD = "Someone is usually here 18:00–22:00 every day."
const NIGHT = new Date("2026-11-22T02:20:00Z")

function words(zone, own, told = TOLD) {
  return hoursWords({ told, zone }, NIGHT, own)
}

test("where the clock shows the same nothing is added", () => {
  assert.equal(words("Europe/London", "Europe/London"), TOLD)
  assert.equal(words("Europe/London", "Africa/Accra"), TOLD)
  assert.equal(words("UTC", "Europe/London"), TOLD)
})

test("elsewhere one reads whose clock it is, and what it shows", () => {
  assert.equal(words("Europe/London", "America/New_York"), `${TOLD} By the clock of London, which shows Sunday 02:20 now.`)
  assert.equal(words("America/New_York", "Europe/London"), `${TOLD} By the clock of New York, which shows Saturday 21:20 now.`)
  assert.equal(words("UTC", "Africa/Johannesburg"), `${TOLD} By universal time (UTC), which shows Sunday 02:20 now.`)
})

test("hours that are by no clock name none", () => {
  assert.equal(words("", "America/New_York"), TOLD)
})

test("a zone that this browser does not know is named all the same", () => {
  assert.equal(words("Atlantis/Deep", "Europe/London"), `${TOLD} By the clock of Deep.`)
})

test("where the house says nothing, nothing is said", () => {
  assert.equal(words("UTC", "UTC", ""), "")
  assert.equal(hoursWords({}), "")
  assert.equal(hoursWords({ told: 4 }), "")
})
