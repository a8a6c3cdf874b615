// Talking more: who has asked, what is open, and what is over.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Cards } from "../../web/js/cards.js"
import { Connection } from "../../web/js/connection.js"
import { bytesOf } from "../../web/js/frames.js"
import { pack } from "../../web/js/wire.js"
import { aStorage, Clock, Exchange, settled } from "./support.js"

const CARD = 20
const TALK = "talk-0f0e0d0c0b0a09080706050403020100"
const TOKEN = "000102030405060708090a0b0c0d0e0f"

function someCards(storage = aStorage()) {
  const clock = new Clock()
  const exchange = new Exchange()
  const connection = new Connection({
    dial: exchange.dial, secret: () => new Uint8Array(16), timers: clock, now: clock.now
  })
  const cards = new Cards({ connection, storage })
  connection.start()
  exchange.last.open()
  return { clock, exchange, connection, cards, storage }
}

function tell({ last }, state, talk = "") {
  last.hear(pack([52, bytesOf(TOKEN), "coffee", bytesOf("0a0b0c0d0e"), state, talk]))
}

test("who is asked may say yes, and is led to the talk", async () => {
  const { exchange, cards } = someCards()
  tell(exchange, "asked")
  assert.equal(cards.asked.length, 1)
  assert.equal(cards.talk, null)

  const said = cards.answer(cards.asked[0], true)
  const [, ref, token, yes] = exchange.last.sent.find(([kind]) => kind === CARD)
  exchange.last.hear(pack([34, ref, 0, 0]))
  tell(exchange, "open", TALK)

  assert.equal(await said, true)
  assert.deepEqual([...token], [...bytesOf(TOKEN)])
  assert.equal(yes, true)
  assert.equal(cards.talk.talk, TALK)
})

test("without a line an answer is not given, and that is told", async () => {
  const { exchange, cards } = someCards()
  const refused = []
  cards.addEventListener("refused", ({ detail }) => refused.push(detail.code))
  tell(exchange, "asked")
  exchange.last.breaks()

  assert.equal(await cards.answer(cards.asked[0], false), false)
  assert.deepEqual(refused, ["no_line"])
})

test("a talk that is over stays to be read, a question that lapsed does not", () => {
  const { exchange, cards } = someCards()
  tell(exchange, "asked")
  tell(exchange, "over")
  assert.deepEqual(cards.all, [])

  tell(exchange, "open", TALK)
  tell(exchange, "over")

  assert.equal(cards.talk.state, "over")
  assert.equal(cards.talk.talk, TALK)
  assert.equal(cards.awaits, false)
})

test("of what a new line tells nothing is over", async () => {
  const { clock, exchange, cards } = someCards()
  tell(exchange, "open", TALK)
  assert.equal(cards.awaits, true)
  exchange.last.breaks()
  clock.advance(40)
  exchange.last.open()
  await settled()

  cards.none()

  assert.equal(cards.talk.state, "over")
})
