// The need of whoever is at the device: pressed once, never lost, told as it is.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Connection } from "../../web/js/connection.js"
import { Need } from "../../web/js/need.js"
import { pack } from "../../web/js/wire.js"
import { aStorage, Clock, Exchange, settled } from "./support.js"

const [RAISE, WITHDRAW, CALL_BACK] = [15, 16, 17]
const TALK = "talk-000102030405060708090a0b0c0d0e0f"

function aNeed({ storage = aStorage(), session = aStorage(), missed = () => false } = {}) {
  const clock = new Clock()
  const exchange = new Exchange()
  const connection = new Connection({
    dial: exchange.dial, secret: () => new Uint8Array(16), timers: clock, now: clock.now
  })
  const need = new Need({
    connection, storage, session, missed, language: "en", now: clock.now, timers: clock
  })
  return { clock, exchange, connection, need, storage, session }
}

function anOpenOne(given) {
  const house = aNeed(given)
  house.connection.start()
  house.exchange.last.open()
  return house
}

function tell(exchange, state, { next = 40, at = 0, peers = [], why = "" } = {}) {
  exchange.last.hear(pack([50, state, TALK, 3, 1, next, 1, false, at, peers, why]))
}

function asked(exchange, kind) {
  return exchange.last.sent.filter(([each]) => each === kind)
}

async function done(exchange, kind) {
  const [, ref] = asked(exchange, kind).pop()
  exchange.last.hear(pack([34, ref, 0, 0]))
  await settled()
}

test("one press without a line is kept, dials, and goes out", async () => {
  const { exchange, need } = aNeed()

  need.press("coffee")
  assert.equal(need.state, "kept")
  assert.equal(need.waitsForLine, true)
  exchange.last.open()
  await settled()

  assert.equal(need.state, "asked")
  assert.deepEqual(asked(exchange, RAISE)[0].slice(2), ["coffee", "", "", "", "en"])
})

test("it is being looked for between the answer and the first news", async () => {
  const { exchange, need } = anOpenOne()
  need.press()
  await done(exchange, RAISE)
  assert.equal(need.state, "asked")

  tell(exchange, "raised")

  assert.equal(need.state, "raised")
  assert.equal(need.isCalling, true)
})

test("pressing again while it is open asks for nothing", async () => {
  const { exchange, need } = anOpenOne()
  need.press()
  tell(exchange, "offered")
  await done(exchange, RAISE)

  need.press()

  assert.equal(asked(exchange, RAISE).length, 1)
})

test("pressing in a talk tells the house that somebody waits there", async () => {
  const { exchange, need } = anOpenOne()
  need.press()
  await done(exchange, RAISE)
  tell(exchange, "talking")

  need.press("coffee")

  assert.equal(asked(exchange, RAISE).length, 2)
})

test("what is said afterwards goes with the same need, and is said once more with it", async () => {
  const { exchange, need } = anOpenOne()
  need.press()
  tell(exchange, "offered")
  await done(exchange, RAISE)

  need.tell({ words: "I miss my dad", wish: "listen", shares: ["grief", "faith"] })

  assert.deepEqual(asked(exchange, RAISE)[1].slice(2), ["", "I miss my dad", "listen", "grief,faith", "en"])
  assert.equal(need.said.words, "I miss my dad")
  tell(exchange, "ended", { why: "withdrew" })
  assert.equal(need.said.words, "")
})

test("words that are refused do not take the press with them", async () => {
  const { exchange, need } = anOpenOne()
  need.tell({ words: "x", wish: "", shares: ["no such"] })
  const [, ref] = asked(exchange, RAISE)[0]

  exchange.last.hear(pack([35, ref, "unknown_share", 0]))
  await settled()

  assert.deepEqual(asked(exchange, RAISE)[1].slice(2), ["", "", "", "", "en"])
})

test("who takes it back before it could go out asks nobody to come", async () => {
  const { exchange, need } = aNeed()
  need.press()
  need.withdraw()

  exchange.last.open()
  await settled()

  assert.equal(asked(exchange, RAISE).length, 0)
  assert.equal(asked(exchange, WITHDRAW).length, 1)
  assert.equal(need.state, "")
})

for (const [name, why] of [["danger", "danger"], ["a missed check-in", "stay"], ["a worry", "worry"]]) {
  test(`one that nobody pressed for because of ${name} says why`, () => {
    const { exchange, need } = anOpenOne({ missed: () => why === "stay" })
    if (why === "danger") exchange.last.hear(pack([45, "coffee", 3, 4]))

    tell(exchange, "raised")

    assert.equal(need.unasked, why)
  })
}

test("one that was pressed for is not explained", () => {
  const { exchange, need } = anOpenOne()
  need.press()

  tell(exchange, "raised")

  assert.equal(need.unasked, "")
})

test("a page that is opened again asks after it, and no longer once it is over", () => {
  const storage = aStorage()
  const { exchange, need } = anOpenOne({ storage })
  need.press()
  tell(exchange, "talking", { next: -1 })
  assert.equal(aNeed({ storage }).need.awaits, true)
  exchange.last.sent.length = 0

  tell(exchange, "ended", { next: -1, why: "accepted_and_spoke" })

  assert.equal(need.isOpen, false)
})

test("one that is put off is waited for", () => {
  const { exchange, need } = anOpenOne()

  tell(exchange, "ended", { next: -1, at: 1700007200, why: "call_back" })

  assert.equal(need.state, "promised")
  assert.equal(need.isOpen, false)
})

test("what is put off is meant and shown as the clock of the device goes, wrong as it may be", async () => {
  const { clock, exchange, need } = aNeed()
  clock.at += 3600 * 1000 + 700
  need.press()
  exchange.last.open()
  exchange.last.hear(pack([32, exchange.last.sent[0][1], 1700000000, 60, 3600, 2000]))
  await settled()
  tell(exchange, "raised")

  await done(exchange, RAISE)
  need.callBack(1700010800 * 1000)
  await settled()
  tell(exchange, "ended", { next: -1, at: 1700007200, why: "call_back" })

  assert.deepEqual(asked(exchange, CALL_BACK)[0].slice(2), [1700007200])
  assert.equal(need.news.callBackAt, 1700010800 * 1000)
})

test("one of which a new line tells nothing is over in a while, not at once", async () => {
  const { clock, exchange, need } = anOpenOne()
  tell(exchange, "talking", { next: -1 })
  await breaks(clock, exchange)

  need.none()
  assert.equal(need.isOpen, true)
  clock.advance(31)

  assert.equal(need.isOpen, false)
})

test("one that was doubted on a line before is not over while the next has yet to tell of it", async () => {
  const { clock, exchange, need, storage } = anOpenOne()
  need.press()
  tell(exchange, "talking", { next: -1 })
  await done(exchange, RAISE)
  await breaks(clock, exchange)
  need.none()
  clock.advance(28.5)

  await breaks(clock, exchange)
  clock.advance(0.6)
  assert.equal(need.isOpen, true)
  tell(exchange, "talking", { next: -1 })

  assert.equal(storage.get("need"), "pressed")
})

test("one that the house took on a line before, and knows no more on the next, is not looked for on and on", async () => {
  const { clock, exchange, need } = anOpenOne()
  need.press()
  await done(exchange, RAISE)
  await breaks(clock, exchange)
  assert.equal(need.state, "asked")

  need.none()

  assert.equal(need.state, "")
  assert.equal(need.awaits, false)
})

// A line breaks, and the next is there a second later.
async function breaks(clock, exchange) {
  exchange.last.breaks()
  clock.advance(1)
  exchange.last.open()
  exchange.last.hear(pack([32, exchange.last.sent[0][1], 1700000000, 60, 3600, 2000]))
  await settled()
}

test("another person on this device has no need of the last one's", () => {
  const { exchange, need } = anOpenOne()
  need.press()
  tell(exchange, "offered")

  need.forget()

  assert.equal(need.state, "")
  assert.equal(need.awaits, false)
})
