// Stay with me: the check-in that is due, and the one that was missed.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Connection } from "../../web/js/connection.js"
import { Stay, stayWords } from "../../web/js/stay.js"
import { pack } from "../../web/js/wire.js"
import { aStorage, Clock, Exchange, settled } from "./support.js"

const STAY = 18
const DUE = 1700000600

function aStay(storage = aStorage()) {
  const clock = new Clock()
  const exchange = new Exchange()
  const connection = new Connection({
    dial: exchange.dial, secret: () => new Uint8Array(16), timers: clock, now: clock.now
  })
  const stay = new Stay({ connection, storage, language: "en", now: clock.now, timers: clock })
  return { clock, exchange, connection, stay, storage }
}

function asked({ last }) {
  return last.sent.filter(([kind]) => kind === STAY).map(frame => frame.slice(2))
}

function tell({ last }, minutes, due) {
  last.hear(pack([51, minutes, due]))
}

test("a check-in that is pressed without a line is kept, and goes out with the next", async () => {
  const { exchange, stay } = aStay()

  stay.here(10, "coffee")
  assert.equal(stay.waitsForLine, true)
  exchange.last.open()
  await settled()

  assert.deepEqual(asked(exchange), [["coffee", 10, "en"]])
})

test("by when one is due is what the house says", () => {
  const { clock, exchange, stay } = aStay()
  stay.here(10)
  exchange.last.open()
  tell(exchange, 10, DUE)

  assert.equal(stay.isOn, true)
  assert.match(stayWords(stay, clock.now()), /^(Waiting|Check in by)/)
  assert.match(stayWords({ due: DUE * 1000, waitsForLine: false }, DUE * 1000), /Please check in now/)
})

test("on a device whose clock is wrong it is due at the same moment", async () => {
  const { clock, exchange, stay } = aStay()
  clock.at += 3600 * 1000
  stay.here(10)
  exchange.last.open()
  exchange.last.hear(pack([32, exchange.last.sent[0][1], DUE - 600, 60, 3600, 2000]))
  await settled()
  tell(exchange, 10, DUE)

  assert.equal(stay.due, clock.at + 600 * 1000)
  assert.equal(stay.missed, false)
  clock.advance(661)
  assert.equal(stay.missed, true)
})

test("I am here is said again with the same minutes", () => {
  const { exchange, stay } = aStay()
  stay.here(20)
  exchange.last.open()
  tell(exchange, 20, DUE)

  stay.here()

  assert.deepEqual(asked(exchange).pop(), ["", 20, "en"])
})

test("one that was missed is remembered for a moment, and then forgotten", () => {
  const { clock, exchange, stay } = aStay()
  stay.here(10)
  exchange.last.open()
  tell(exchange, 10, DUE)
  assert.equal(stay.missed, false)

  clock.at = (DUE + 61) * 1000
  tell(exchange, 0, 0)
  assert.equal(stay.missed, true)
  clock.at += 4 * 60 * 1000

  assert.equal(stay.missed, false)
})

test("one that was stopped in time was not missed", () => {
  const { exchange, stay } = aStay()
  stay.here(10)
  exchange.last.open()
  tell(exchange, 10, DUE)

  tell(exchange, 0, 0)

  assert.equal(stay.isOn, false)
  assert.equal(stay.missed, false)
})

test("a page that is opened again asks after it, until it is over", () => {
  const storage = aStorage()
  const { exchange, stay } = aStay(storage)
  stay.here(10)
  exchange.last.open()
  tell(exchange, 10, DUE)
  assert.equal(aStay(storage).stay.awaits, true)

  const later = aStay(storage).stay
  later.forget()

  assert.equal(later.awaits, false)
})
