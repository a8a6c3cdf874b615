// The line: dialled, kept, doubted, and dialled again.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Connection, LineLost, Refused } from "../../web/js/connection.js"
import { lineWords, refusal } from "../../web/js/plainly.js"
import { pack } from "../../web/js/wire.js"
import { Clock, Exchange, settled } from "./support.js"

const [HELLO, JOIN, LEAVE, HERE] = [1, 2, 3, 8]

function aConnection() {
  const clock = new Clock()
  const exchange = new Exchange()
  const connection = new Connection({
    dial: exchange.dial, secret: () => new Uint8Array(16), timers: clock, now: clock.now
  })
  return { clock, exchange, connection }
}

function anOpenOne() {
  const parts = aConnection()
  parts.connection.start()
  parts.exchange.last.open()
  welcome(parts.exchange.last)
  return parts
}

function welcome(socket, { beat = 60 } = {}) {
  socket.hear(pack([32, socket.sent[0][1], 1700000000, beat, 3600, 2000]))
}

test("hello is the first frame, and join does not wait for the answer", () => {
  const { exchange, connection } = aConnection()
  connection.addEventListener("open", () => {
    connection.request("join", "coffee", 0, false, 0, 0).catch(() => {})
  })

  connection.start()
  exchange.last.open()

  assert.deepEqual(exchange.last.kinds, [HELLO, JOIN])
})

test("an answer goes to who asked", async () => {
  const { exchange, connection } = anOpenOne()
  const first = connection.request("leave", "a")
  const second = connection.request("leave", "b")
  const [, [, refA], [, refB]] = exchange.last.sent

  exchange.last.hear(pack([34, refB, 2, 20]))
  exchange.last.hear(pack([35, refA, "too_fast", 3]))

  assert.equal((await second).position, 2)
  await assert.rejects(first, reason => reason instanceof Refused && reason.wait === 3)
})

test("who is refused for a concern is told which", async () => {
  const { exchange, connection } = anOpenOne()
  const asked = connection.request("leave", "a")
  const plain = connection.request("leave", "b")
  const [, [, refA], [, refB]] = exchange.last.sent

  exchange.last.hear(pack([35, refA, "blocked", 0, "abuse"]))
  exchange.last.hear(pack([35, refB, "gone", 0]))

  await assert.rejects(asked, reason => reason.code === "blocked" && reason.why === "abuse")
  await assert.rejects(plain, reason => reason.why === "")
})

test("a broken line is dialled again, and what was asked is lost", async () => {
  const { clock, exchange, connection } = anOpenOne()
  const asked = connection.request("leave", "a")

  exchange.last.breaks()

  await assert.rejects(asked, LineLost)
  assert.equal(connection.state, "waiting")
  clock.advance(1)
  assert.equal(exchange.sockets.length, 2)
  exchange.last.open()
  assert.equal(connection.state, "open")
  assert.deepEqual(exchange.last.kinds, [HELLO])
})

test("each failure makes the pause longer, and a welcome makes it short again", async () => {
  const { clock, exchange, connection } = aConnection()
  connection.start()
  const pauses = []
  for (let i = 0; i < 8; i++) pauses.push(pauseAfterBreak(clock, exchange))
  assert.ok(pauses[7] > 2 * pauses[0])
  assert.ok(pauses[7] <= 30.1)
  exchange.last.open()
  welcome(exchange.last)
  await settled()

  assert.ok(pauseAfterBreak(clock, exchange) <= 1.1)
})

function pauseAfterBreak(clock, exchange) {
  const dials = exchange.sockets.length
  let seconds = 0
  exchange.last.breaks()
  for (; exchange.sockets.length === dials; seconds += 0.1) clock.advance(0.1)
  return seconds
}

test("bye says when to come back", () => {
  const { clock, exchange, connection } = anOpenOne()
  exchange.last.hear(pack([43, 5000]))

  exchange.last.breaks(1012)

  assert.equal(connection.state, "restarting")
  clock.advance(4.9)
  assert.equal(exchange.sockets.length, 1)
  clock.advance(0.2)
  assert.equal(exchange.sockets.length, 2)
})

test("a full house is asked again after half a minute at the earliest", () => {
  const { clock, exchange, connection } = anOpenOne()

  exchange.last.breaks(4100)

  assert.equal(connection.state, "full")
  clock.advance(29.9)
  connection.hurry()
  assert.equal(exchange.sockets.length, 1)
  clock.advance(30.1)
  assert.ok(exchange.sockets.length > 1)
})

test("a fault of this page is not repeated", () => {
  const { clock, exchange, connection } = anOpenOne()

  exchange.last.breaks(4200)
  clock.advance(3600)

  assert.equal(connection.state, "stopped")
  assert.equal(exchange.sockets.length, 1)
})

test("a hello that is refused for good stops the page", async () => {
  const { clock, exchange, connection } = aConnection()
  connection.start()
  exchange.last.open()

  exchange.last.hear(pack([35, 1, "bad_secret", 0]))
  await settled()
  clock.advance(3600)

  assert.equal(connection.state, "stopped")
})

test("who leaves is not dialled back", () => {
  const { clock, exchange, connection } = anOpenOne()

  connection.stop()
  clock.advance(3600)

  assert.equal(exchange.sockets.length, 1)
  assert.ok(exchange.sockets[0].closed)
})

test("a request that stays unanswered for 20 seconds means a new line", async () => {
  const { clock, exchange, connection } = anOpenOne()
  const asked = connection.request("leave", "a")

  clock.advance(20)

  await assert.rejects(asked, LineLost)
  assert.ok(exchange.sockets[0].closed)
  assert.equal(exchange.sockets.length, 2)
})

test("a dial that nobody takes is given up", () => {
  const { clock, exchange, connection } = aConnection()
  connection.start()

  clock.advance(20)

  assert.equal(connection.state, "waiting")
  clock.advance(1)
  assert.equal(exchange.sockets.length, 2)
})

test("a line is settled a while after its welcome, when all that comes with it is there", async () => {
  const { clock, connection } = await aWelcomedOne()
  const told = []
  connection.addEventListener("settled", () => told.push(connection.state))

  clock.advance(4)
  assert.deepEqual(told, [])
  clock.advance(2)

  assert.deepEqual(told, ["open"])
})

test("a line that breaks before it is settled does not settle the next one", async () => {
  const { clock, exchange, connection } = await aWelcomedOne()
  const told = []
  connection.addEventListener("settled", () => told.push(connection.state))
  clock.advance(3)
  exchange.last.breaks()
  clock.advance(1)
  exchange.last.open()

  clock.advance(2)
  assert.deepEqual(told, [])
  welcome(exchange.last)
  await settled()
  clock.advance(5)

  assert.deepEqual(told, ["open"])
})

test("while the house does not know what there is to tell, a line is not settled", async () => {
  const { clock, exchange, connection } = await aWelcomedOne()
  const told = []
  connection.addEventListener("settled", () => told.push(connection.state))

  exchange.last.hear(pack([53, false]))
  clock.advance(50)
  assert.deepEqual(told, [])
  exchange.last.hear(pack([53, true]))
  clock.advance(6)

  assert.deepEqual(told, ["open"])
})

test("what one house does not know, the next may know", async () => {
  const { clock, exchange, connection } = await aWelcomedOne()
  const told = []
  connection.addEventListener("settled", () => told.push(connection.state))
  exchange.last.hear(pack([53, false]))
  exchange.last.breaks()
  clock.advance(1)

  exchange.last.open()
  welcome(exchange.last)
  await settled()
  clock.advance(6)

  assert.deepEqual(told, ["open"])
})

async function aWelcomedOne() {
  const parts = anOpenOne()
  await settled()
  return parts
}

test("the beat says whether the tab is hidden, and doubts a quiet line", () => {
  const { clock, exchange, connection } = anOpenOne()
  let doubts = 0
  connection.addEventListener("doubt", () => { doubts += 1 })
  connection.away = true

  clock.advance(60)

  const told = exchange.last.sent.filter(([kind]) => kind === HERE)
  assert.deepEqual(told, [[HERE, true], [HERE, true]])
  assert.equal(doubts, 1)
})

test("whoever is in no room, and waits for news, keeps a line that lives", () => {
  const { clock, exchange } = anOpenOne()

  clock.advance(60)
  const [kind, ref] = exchange.last.sent.pop()
  assert.equal(kind, LEAVE)
  exchange.last.hear(pack([35, ref, "not_in_room", 0]))
  clock.advance(15)

  assert.equal(exchange.sockets.length, 1)
})

test("a doubted line that stays silent is replaced; one that speaks is kept", () => {
  const { clock, exchange, connection } = anOpenOne()
  clock.advance(15)
  connection.hurry()
  exchange.last.hear(pack([40, 7, new Uint8Array(5), true]))
  clock.advance(12)
  assert.equal(exchange.sockets.length, 1)

  connection.hurry()
  clock.advance(10)

  assert.equal(exchange.sockets.length, 2)
})

test("a new line is told that the tab is hidden", () => {
  const { clock, exchange, connection } = anOpenOne()
  connection.away = true

  exchange.last.breaks()
  clock.advance(1)
  exchange.last.open()

  assert.deepEqual(exchange.last.sent[1], [HERE, true])
})

test("coming back to a quiet line, it has to prove itself; a talking one need not", () => {
  const { clock, exchange, connection } = anOpenOne()
  let doubts = 0
  connection.addEventListener("doubt", () => { doubts += 1 })

  clock.advance(5)
  connection.hurry()
  assert.equal(doubts, 0)
  clock.advance(5)
  connection.hurry()
  assert.equal(doubts, 1)
  assert.equal(exchange.sockets.length, 1)
})

test("when the network is back nobody sits out the pause", () => {
  const { exchange, connection } = anOpenOne()

  connection.drop()
  assert.equal(connection.state, "waiting")
  connection.hurry()

  assert.equal(exchange.sockets.length, 2)
})

test("what an old line still says is not heard", () => {
  const { exchange, connection } = anOpenOne()
  const old = exchange.last

  connection.redial()

  assert.equal(old.onmessage, null)
})

test("a house that does not hear the others says so, and a new line forgets it", () => {
  const { clock, exchange, connection } = anOpenOne()

  exchange.last.hear(pack([42, false]))
  assert.equal(connection.up, false)
  exchange.last.breaks()
  clock.advance(1)
  exchange.last.open()

  assert.equal(connection.up, true)
})

for (const [line, joined, words] of [
  [{ state: "dialling", up: true }, false, "Connecting…"],
  [{ state: "open", up: true }, false, "Catching up…"],
  [{ state: "open", up: true }, true, "Connected"],
  [{ state: "waiting", up: true }, false, "Waiting for signal – what you write is kept on this phone"]
]) {
  test(`the reader is told: ${words}`, () => {
    assert.equal(lineWords(line, joined)[0], words)
  })
}

for (const state of ["resting", "dialling", "open", "waiting", "restarting", "full", "stopped"]) {
  test(`there are words for a line that is ${state}`, () => {
    assert.ok(lineWords({ state, up: false }, true)[0])
  })
}

test("a refusal is told kindly, with how long to wait", () => {
  const words = refusal("too_fast", 3, "say")

  assert.equal(words, "A little slower, please. Your message is kept, and goes by itself in 3 seconds.")
})
