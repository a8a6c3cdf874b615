// The line of staff pages: what it hears, and how it comes back.

import assert from "node:assert/strict"
import { test } from "node:test"
import { pack } from "../../web/js/wire.js"
import { Line, read, words } from "../../web/staff/js/line.js"
import { Clock, Exchange } from "./support.js"

const LONGEST_FIRST_DELAY_SECONDS = 1

function aLine() {
  const clock = new Clock()
  const exchange = new Exchange()
  const line = new Line({ dial: exchange.dial, timers: clock, now: clock.now })
  const heard = []
  for (const name of ["open", "case", "bell", "alarm", "controls", "signedout"]) {
    line.addEventListener(name, ({ detail }) => heard.push(detail || name))
  }
  return { line, clock, exchange, heard }
}

test("news of a case says which, where it stands and who is there", () => {
  const frame = pack([64, "c1", "urgent", "claimed", "Birch", ["Fern"]])

  assert.deepEqual(read(frame), {
    name: "case", id: "c1", queue: "urgent", status: "claimed", by: "Birch", looking: ["Fern"]
  })
})

test("news of a need says which, and of an alert whom it calls", () => {
  assert.deepEqual(read(pack([70, "n1", "accepted"])), { name: "need", id: "n1", state: "accepted" })
  assert.deepEqual(read(pack([71, "a1", "wren", "need", "n1"])), {
    name: "alert", id: "a1", staff: "wren", kind: "need", need: "n1"
  })
})

test("what is said in a talk is heard as a member hears it", () => {
  const { name, event } = read(pack([36, "talk-1", 3, 1700000000, Uint8Array.of(1, 2, 3, 4, 5), "hello", 0]))

  assert.equal(name, "heard")
  assert.deepEqual([event.name, event.who, event.text], ["said", "0102030405", "hello"])
})

test("a frame of a later day is no news", () => {
  assert.equal(read(pack([120, "what"])), null)
})

test("bytes that are no frame are no news", () => {
  assert.equal(read(Uint8Array.of(0xc1)), null)
  assert.equal(read(pack("case")), null)
})

test("a line that opens asks the page to look at everything again", () => {
  const { line, exchange, heard } = aLine()
  line.connect()

  exchange.last.open()

  assert.deepEqual(heard, ["open"])
  assert.equal(line.up, true)
})

test("a broken line is dialled again", () => {
  const { line, clock, exchange } = aLine()
  line.connect()
  exchange.last.open()

  exchange.last.breaks()
  clock.advance(LONGEST_FIRST_DELAY_SECONDS)

  assert.equal(exchange.sockets.length, 2)
})

test("a dial that nobody answers is given up", () => {
  const { line, clock, exchange } = aLine()
  line.connect()

  clock.advance(20 + LONGEST_FIRST_DELAY_SECONDS)

  assert.equal(exchange.sockets[0].closed, true)
  assert.equal(exchange.sockets.length, 2)
})

test("a line that the house ends for good is not dialled again", () => {
  const { line, clock, exchange } = aLine()
  line.connect()
  exchange.last.open()

  exchange.last.breaks(4206)
  line.hurry()
  clock.advance(3600)

  assert.equal(exchange.sockets.length, 1)
  assert.equal(line.up, false)
})

test("a page says which case it shows", () => {
  const { line, exchange } = aLine()
  line.connect()
  exchange.last.open()

  line.look("c1")

  assert.deepEqual(exchange.last.sent, [[96, "c1"]])
})

test("a page says at most once a minute that somebody is there", () => {
  const { line, clock, exchange } = aLine()
  line.connect()
  exchange.last.open()

  line.touched()
  clock.advance(59)
  line.touched()
  clock.advance(1)
  line.touched()

  assert.deepEqual(exchange.last.sent, [[97], [97]])
})

test("nothing is said on a line that is broken", () => {
  const { line, exchange } = aLine()
  line.connect()
  exchange.last.open()
  exchange.last.breaks()

  line.look("c1")

  assert.deepEqual(exchange.last.sent, [])
})

test("a line that was stopped stays silent", () => {
  const { line, clock, exchange } = aLine()
  line.connect()
  exchange.last.open()

  line.stop()
  clock.advance(3600)

  assert.equal(exchange.sockets.length, 1)
})

test("somebody who looks does not wait for the next dial", () => {
  const { line, exchange } = aLine()
  line.connect()
  exchange.last.breaks()

  line.hurry()

  assert.equal(exchange.sockets.length, 2)
})

test("somebody who looks at a line that lives changes nothing", () => {
  const { line, exchange } = aLine()
  line.connect()

  line.hurry()

  assert.equal(exchange.sockets.length, 1)
})

test("the page says that the database is down, and how many cases wait", () => {
  const { line, exchange } = aLine()
  line.connect()
  exchange.last.open()

  exchange.last.hear(pack([67, false, 3]))

  assert.deepEqual(words(line), ["bad", "The database is down. Talk goes on; 3 cases wait to be opened."])
})

test("the page does not call itself live without a line", () => {
  assert.equal(words({ up: false, store: true, waiting: 0 })[0], "wait")
  assert.equal(words({ up: true, store: true, waiting: 0 })[0], "good")
})
