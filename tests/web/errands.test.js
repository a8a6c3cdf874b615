// What a member asked for and must not be lost: kept, and asked for again.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Connection } from "../../web/js/connection.js"
import { Errands } from "../../web/js/errands.js"
import { pack } from "../../web/js/wire.js"
import { aStorage, Clock, Exchange, settled } from "./support.js"

const [RAISE, WITHDRAW, CALL_BACK] = [15, 16, 17]
const PRESS = ["coffee", "", "", "", "en"]

function aHouse(storage = aStorage()) {
  const clock = new Clock()
  const exchange = new Exchange()
  const connection = new Connection({
    dial: exchange.dial, secret: () => new Uint8Array(16), timers: clock, now: clock.now
  })
  const errands = new Errands({ connection, storage, key: "asked", timers: clock })
  const refused = []
  errands.addEventListener("refused", ({ detail }) => refused.push(detail))
  return { clock, exchange, connection, errands, storage, refused }
}

function anOpenOne() {
  const house = aHouse()
  house.connection.start()
  house.exchange.last.open()
  return house
}

function asked(exchange, ...kinds) {
  return exchange.last.sent.filter(([kind]) => kinds.includes(kind))
}

async function answer(exchange, frame) {
  exchange.last.hear(pack(frame))
  await settled()
}

test("what is asked without a line goes out with the first", async () => {
  const { exchange, connection, errands } = aHouse()
  errands.put("raise", PRESS)
  assert.equal(errands.some, true)

  connection.start()
  exchange.last.open()
  await settled()

  assert.deepEqual(asked(exchange, RAISE).map(frame => frame.slice(2)), [PRESS])
})

test("a page that is loaded again asks for what the last one did not get", async () => {
  const { storage, errands } = aHouse()
  errands.put("raise", PRESS)

  const { exchange, connection } = aHouse(storage)
  connection.start()
  exchange.last.open()
  await settled()

  assert.equal(asked(exchange, RAISE).length, 1)
})

test("what was answered is not asked again", async () => {
  const { clock, exchange, errands } = anOpenOne()
  errands.put("raise", PRESS)
  const [, ref] = asked(exchange, RAISE)[0]
  await answer(exchange, [34, ref, 0, 0])
  assert.equal(errands.some, false)

  exchange.last.breaks()
  clock.advance(40)
  exchange.last.open()
  await settled()

  assert.equal(asked(exchange, RAISE).length, 0)
})

test("what was not answered before the line broke is asked again", async () => {
  const { clock, exchange, errands } = anOpenOne()
  errands.put("raise", PRESS)

  exchange.last.breaks()
  await settled()
  clock.advance(40)
  exchange.last.open()
  await settled()

  assert.equal(asked(exchange, RAISE).length, 1)
  assert.equal(errands.some, true)
})

for (const [code, wait] of [["unavailable", 2], ["store_down", 0], ["too_fast", 5]]) {
  test(`what is refused as ${code} is asked again by itself`, async () => {
    const { clock, exchange, errands, refused } = anOpenOne()
    errands.put("raise", PRESS)
    await answer(exchange, [35, asked(exchange, RAISE)[0][1], code, wait])
    assert.equal(errands.some, true)
    assert.equal(refused[0].code, code)

    clock.advance(5)
    await settled()

    assert.equal(asked(exchange, RAISE).length, 2)
  })
}

test("what can never be done is told, and let go", async () => {
  const { exchange, errands, refused } = anOpenOne()
  errands.put("call_back", [7])
  await answer(exchange, [35, asked(exchange, CALL_BACK)[0][1], "bad_call_back", 0])

  assert.equal(errands.some, false)
  assert.deepEqual(refused.map(({ name, code }) => [name, code]), [["call_back", "bad_call_back"]])
})

test("who has left the room meanwhile asks from nowhere", async () => {
  const { exchange, errands, refused } = anOpenOne()
  errands.put("raise", PRESS)
  await answer(exchange, [35, asked(exchange, RAISE)[0][1], "not_in_room", 0])

  assert.deepEqual(asked(exchange, RAISE)[1].slice(2), ["", "", "", "", "en"])
  assert.deepEqual(refused, [])
})

test("what is asked later takes the place of what it takes back", async () => {
  const { exchange, connection, errands } = aHouse()
  errands.put("raise", PRESS)
  errands.put("withdraw", [], ["raise", "withdraw", "call_back"])

  connection.start()
  exchange.last.open()
  await settled()

  assert.deepEqual(asked(exchange, RAISE, WITHDRAW, CALL_BACK).map(([kind]) => kind), [WITHDRAW])
})

test("what was asked while the answer was on its way is not lost with it", async () => {
  const { exchange, errands } = anOpenOne()
  errands.put("raise", PRESS)
  const [, ref] = asked(exchange, RAISE)[0]
  errands.put("raise", ["", "more", "", "", "en"])
  await answer(exchange, [34, ref, 0, 0])

  assert.deepEqual(asked(exchange, RAISE).map(frame => frame[3]), ["", "more"])
})
