// The line of a talk on a staff page: what it asks, and how it is a line like any other.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Courier } from "../../web/js/courier.js"
import { Membership } from "../../web/js/membership.js"
import { Outbox } from "../../web/js/outbox.js"
import { pack } from "../../web/js/wire.js"
import { Line } from "../../web/staff/js/line.js"
import { TalkLine } from "../../web/staff/js/talkline.js"
import { aStorage, Clock, Exchange, settled } from "./support.js"

const NEED = "0123456789abcdef0123456789abcdef"
const ROOM = `talk-${NEED}`
const WHO = Uint8Array.of(1, 2, 3, 4, 5)
const [ENTER, SAY, TYPING, EARLIER, MOMENT] = [98, 99, 100, 101, 102]

function aTalk() {
  const clock = new Clock()
  const exchange = new Exchange()
  const line = new Line({ dial: exchange.dial, timers: clock, now: clock.now })
  line.connect()
  exchange.last.open()
  const talk = new TalkLine({ line, need: NEED, room: ROOM, timers: clock })
  return { clock, exchange, line, talk }
}

function joined(ref, events = []) {
  return pack([33, ref, ROOM, 1, events.length, true, false, WHO, [[WHO, false]], events])
}

function lastOf(exchange, kind) {
  return exchange.last.sent.filter(([each]) => each === kind).pop()
}

test("coming into a talk asks from where the page stands", async () => {
  const { exchange, talk } = aTalk()

  const answer = talk.request("join", ROOM, 0, false, 7, 12)
  const [, ref] = lastOf(exchange, ENTER)
  exchange.last.hear(joined(ref))

  assert.deepEqual(lastOf(exchange, ENTER), [ENTER, ref, NEED, 7, 12])
  assert.equal((await answer).who, "0102030405")
})

test("what is asked of a talk names the need, and no room", () => {
  const { exchange, talk } = aTalk()

  talk.request("earlier", ROOM, 40)
  talk.request("moment")
  talk.tell("typing")

  assert.deepEqual(exchange.last.sent, [[EARLIER, 1, NEED, 40], [MOMENT, 2, NEED], [TYPING, NEED]])
})

test("what a peer may not ask is refused before it leaves", async () => {
  const { exchange, talk } = aTalk()

  await assert.rejects(talk.request("bell", ROOM, new Uint8Array(8)), { code: "unknown_request" })
  assert.deepEqual(exchange.last.sent, [])
})

test("only what is said in this talk is heard", () => {
  const { exchange, talk } = aTalk()
  const heard = []
  talk.addEventListener("said", ({ detail }) => heard.push(detail.text))

  exchange.last.hear(pack([36, ROOM, 1, 1700000000, WHO, "here", 0]))
  exchange.last.hear(pack([36, "talk-other", 1, 1700000000, WHO, "not here", 0]))

  assert.deepEqual(heard, ["here"])
})

test("a refusal says why", async () => {
  const { exchange, talk } = aTalk()

  const answer = talk.request("moment")
  exchange.last.hear(pack([35, 1, "not_your_need", 0, ""]))

  await assert.rejects(answer, { code: "not_your_need" })
})

test("a line that answers nothing is dialled again", async () => {
  const { clock, exchange, talk } = aTalk()

  const answer = talk.request("moment")
  answer.catch(() => {})
  clock.advance(11)

  await assert.rejects(answer)
  assert.equal(exchange.sockets.length, 2)
})

test("a line on which nothing is heard is made to prove that it lives", () => {
  const { clock, exchange, line, talk } = aTalk()
  new Membership({ connection: talk, room: ROOM, roll: 0, light: false, timers: clock })
  exchange.last.hear(joined(lastOf(exchange, ENTER)[1]))

  clock.advance(26)

  assert.deepEqual(lastOf(exchange, EARLIER).slice(2), [NEED, 1])
  assert.equal(line.up, true)
})

for (const code of ["no_such_need", "not_your_need"]) {
  test(`who is refused for good asks no more on that line: ${code}`, async () => {
    const { clock, exchange, talk } = aTalk()
    const told = []
    const membership = new Membership({ connection: talk, room: ROOM, roll: 0, light: false, timers: clock })
    membership.addEventListener("refused", ({ detail }) => told.push(detail))
    exchange.last.hear(pack([35, lastOf(exchange, ENTER)[1], code, 0, ""]))
    await settled()

    clock.advance(20)

    assert.deepEqual(told, [code])
    assert.equal(exchange.last.sent.filter(([kind]) => kind === ENTER).length, 1)
  })
}

test("who cannot be let in just now asks again", async () => {
  const { clock, exchange, talk } = aTalk()
  new Membership({ connection: talk, room: ROOM, roll: 0, light: false, timers: clock })
  exchange.last.hear(pack([35, lastOf(exchange, ENTER)[1], "unavailable", 0, ""]))
  await settled()

  clock.advance(3)

  assert.equal(exchange.last.sent.filter(([kind]) => kind === ENTER).length, 2)
})

test("what could not be sent is sent with the same id on the next line", async () => {
  const { clock, exchange, talk } = aTalk()
  const courier = new Courier({ outbox: new Outbox(aStorage(), clock.now), connection: talk, room: ROOM, timers: clock })
  talk.addEventListener("open", () => courier.resume())
  courier.send({ kind: "say", text: "I am here.", reply: 0, epoch: 1, after: 0 })
  const [, , , id, text] = lastOf(exchange, SAY)

  exchange.last.breaks()
  await settled()
  clock.advance(1)
  exchange.last.open()
  await settled()

  assert.equal(text, "I am here.")
  assert.deepEqual(lastOf(exchange, SAY)[3], id)
  assert.equal(exchange.sockets.length, 2)
})

test("what the house has is not sent again", async () => {
  const { clock, exchange, talk } = aTalk()
  const courier = new Courier({ outbox: new Outbox(aStorage(), clock.now), connection: talk, room: ROOM, timers: clock })
  courier.send({ kind: "say", text: "I am here.", reply: 0, epoch: 1, after: 0 })

  exchange.last.hear(pack([34, lastOf(exchange, SAY)[1], 1, 1700000000]))
  await settled()
  courier.resume()
  await settled()

  assert.equal(exchange.last.sent.filter(([kind]) => kind === SAY).length, 1)
  assert.deepEqual(courier.entries, [])
})
