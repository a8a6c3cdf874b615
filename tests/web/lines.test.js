// Help lines of the country one is in, and of the one that was chosen before all.

import assert from "node:assert/strict"
import { test } from "node:test"
import { chooseCountry, COUNTRIES, countryOf, firstLineOf, linesOf } from "../../web/js/lines.js"
import { aStorage } from "./support.js"

for (const [zone, country] of [
  ["Africa/Johannesburg", "ZA"],
  ["Europe/London", "GB"],
  ["Europe/Dublin", "IE"],
  ["America/New_York", "US"],
  ["America/Indiana/Knox", "US"],
  ["America/Toronto", "CA"],
  ["Australia/Perth", "AU"],
  ["Pacific/Auckland", "NZ"],
  ["Asia/Calcutta", "IN"],
  ["Europe/Berlin", ""],
  ["America/Sao_Paulo", ""],
  ["UTC", ""],
  ["", ""]
]) {
  test(`a clock set to ${zone || "nothing"} is ${country || "somewhere else"}`, () => {
    assert.equal(countryOf(aStorage(), zone), country)
  })
}

test("whom to call to talk comes before the ambulance", () => {
  assert.equal(firstLineOf("ZA"), "0800 567 567")
  assert.equal(firstLineOf("IN"), "14416")
  assert.equal(firstLineOf(""), "")
  for (const code of Object.keys(COUNTRIES)) assert.notEqual(firstLineOf(code), "")
})

test("what was chosen is kept, whatever the clock says", () => {
  const storage = aStorage()

  chooseCountry(storage, "NZ")

  assert.equal(countryOf(storage, "Europe/London"), "NZ")
})

test("somewhere else is a choice, too", () => {
  const storage = aStorage()

  chooseCountry(storage, "")

  assert.equal(countryOf(storage, "Europe/London"), "")
  assert.deepEqual(linesOf(""), [])
})

test("a spoiled choice is none of our countries", () => {
  const storage = aStorage()

  chooseCountry(storage, "constructor")

  assert.equal(countryOf(storage, "Europe/London"), "")
  assert.deepEqual(linesOf("constructor"), [])
})

test("every country has a line, and each line says what it is", () => {
  for (const [code, { name }] of Object.entries(COUNTRIES)) {
    assert.ok(name)
    assert.ok(linesOf(code).length)
    for (const [words, number] of linesOf(code)) {
      assert.match(words, /^[A-Z0-9].{10,}/)
      assert.match(number, /^[\d -]+$/)
    }
  }
})
