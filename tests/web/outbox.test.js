// What was said stays on the device until the house has it, and arrives once.

import assert from "node:assert/strict"
import { test } from "node:test"
import { LineLost, Refused } from "../../web/js/connection.js"
import { Courier } from "../../web/js/courier.js"
import { hex } from "../../web/js/frames.js"
import { Outbox } from "../../web/js/outbox.js"
import { stillWaiting, Waiting, withMine } from "../../web/js/waiting.js"
import { aStorage, Clock, settled } from "./support.js"

// A house that answers when it is told to.
class ToyHouse {
  state = "open"
  repeat = 3600
  asked = []

  request(name, room, id, ...fields) {
    return new Promise((resolve, reject) => {
      this.asked.push({ name, room, id: hex(id), fields, resolve, reject })
    })
  }

  get last() {
    return this.asked[this.asked.length - 1]
  }

  get texts() {
    return this.asked.map(({ fields }) => fields[0])
  }
}

function setUp() {
  const clock = new Clock()
  const storage = aStorage()
  const house = new ToyHouse()
  const outbox = new Outbox(storage, clock.now)
  const courier = open(house, outbox, clock)
  return { clock, storage, house, outbox, courier }
}

function open(house, outbox, clock, room = "coffee") {
  return new Courier({ outbox, connection: house, room, timers: clock })
}

function say(courier, text, clock = null) {
  if (clock) clock.advance(0.001)
  return courier.send({ kind: "say", text, reply: 0, epoch: 9, after: 41 })
}

function states(courier) {
  return courier.entries.map(entry => courier.stateOf(entry))
}

test("what is said is kept, sent, and gone once it is answered", async () => {
  const { house, outbox, courier } = setUp()

  const entry = say(courier, "hello")
  assert.deepEqual(states(courier), ["sent"])
  assert.ok(outbox.has(entry.id))
  house.last.resolve({ position: 42, at: 1 })
  await settled()

  assert.deepEqual(courier.entries, [])
  assert.ok(!outbox.has(entry.id))
})

test("one after the other, in order", async () => {
  const { clock, house, courier } = setUp()

  say(courier, "one", clock)
  say(courier, "two", clock)
  assert.deepEqual(house.texts, ["one"])
  assert.deepEqual(states(courier), ["sent", "kept"])
  house.last.resolve({ position: 42, at: 1 })
  await settled()

  assert.deepEqual(house.texts, ["one", "two"])
})

test("a dropped line repeats the same id on the next", async () => {
  const { house, courier } = setUp()
  say(courier, "hello")
  const { id } = house.last

  house.state = "waiting"
  house.last.reject(new LineLost())
  await settled()
  assert.deepEqual(states(courier), ["kept"])
  house.state = "open"
  courier.resume()

  assert.equal(house.asked.length, 2)
  assert.equal(house.last.id, id)
})

test("without a line it waits on this device", () => {
  const { house, courier } = setUp()
  house.state = "waiting"

  say(courier, "hello")

  assert.deepEqual(states(courier), ["kept"])
  assert.equal(house.asked.length, 0)
})

test("it survives a reload, with its id and its order", () => {
  const { clock, storage, house, courier } = setUp()
  house.state = "waiting"
  const first = say(courier, "one", clock)
  say(courier, "two", clock)

  house.state = "open"
  const reloaded = open(house, new Outbox(storage, clock.now), clock)
  reloaded.carry()

  assert.deepEqual(reloaded.entries.map(({ text }) => text), ["one", "two"])
  assert.equal(house.last.id, first.id)
})

test("what belongs to another room stays there", () => {
  const { clock, outbox, house, courier } = setUp()
  house.state = "waiting"
  say(courier, "hello")

  assert.deepEqual(open(house, outbox, clock, "women").entries, [])
  assert.deepEqual([...outbox.rooms()], ["coffee"])
})

test("what another tab has delivered is not sent again", async () => {
  const { house, outbox, courier } = setUp()
  house.state = "waiting"
  const entry = say(courier, "hello")

  outbox.remove(entry.id)
  house.state = "open"
  courier.resume()

  assert.equal(house.asked.length, 0)
  assert.deepEqual(courier.entries, [])
})

test("too fast: it goes by itself after the wait, and stays first", async () => {
  const { clock, house, courier } = setUp()
  say(courier, "one", clock)
  say(courier, "two", clock)

  house.last.reject(new Refused({ code: "too_fast", wait: 3 }))
  await settled()
  assert.deepEqual(states(courier), ["slow", "kept"])
  courier.carry()
  assert.equal(house.asked.length, 1)
  clock.advance(3)

  assert.deepEqual(house.texts, ["one", "one"])
})

test("what may not be said is given back, and holds up nobody", async () => {
  const { clock, house, courier } = setUp()
  say(courier, "one", clock)
  say(courier, "two", clock)

  house.last.reject(new Refused({ code: "bad_text", wait: 0 }))
  await settled()

  assert.deepEqual(states(courier), ["refused", "sent"])
})

test("what was refused keeps its text, and why, through a reload; it is not sent again", async () => {
  const { clock, storage, house, courier } = setUp()
  say(courier, "you are nothing")
  house.last.reject(new Refused({ code: "blocked", wait: 0, why: "abuse" }))
  await settled()

  const reloaded = open(house, new Outbox(storage, clock.now), clock)
  reloaded.carry()

  assert.deepEqual(states(reloaded), ["refused"])
  const [{ text, code, why }] = reloaded.entries
  assert.deepEqual([text, code, why], ["you are nothing", "blocked", "abuse"])
  assert.equal(house.asked.length, 1)
})

test("what was refused goes again when its author asks, and forgets why it did not", async () => {
  const { house, courier } = setUp()
  const entry = say(courier, "hello")
  house.last.reject(new Refused({ code: "read_first", wait: 0 }))
  await settled()

  courier.sendAnyway(entry)

  assert.equal(house.asked.length, 2)
  assert.equal(house.last.id, entry.id)
  assert.deepEqual(states(courier), ["sent"])
  assert.equal(courier.entries[0].code, undefined)
})

test("what the room team reads first waits, through a reload, and holds up nobody", async () => {
  const { clock, storage, house, courier } = setUp()
  say(courier, "held", clock)
  house.last.resolve({ name: "waiting" })
  await settled()

  const outbox = new Outbox(storage, clock.now)
  const reloaded = open(house, outbox, clock)
  reloaded.carry()
  assert.deepEqual(states(reloaded), ["held"])
  assert.equal(house.asked.length, 1)
  say(reloaded, "next", clock)

  assert.equal(house.last.fields[0], "next")
  assert.ok(outbox.awaits)
})

test("what the room team lets in is gone from here: the room says it", async () => {
  const { house, courier } = setUp()
  const { id } = await aHeldOne(house, courier)

  courier.decided({ kind: "released", id })

  assert.deepEqual(courier.entries, [])
})

test("what the room team does not let in stays its author's to change", async () => {
  const { house, courier } = setUp()
  const { id } = await aHeldOne(house, courier)

  courier.decided({ kind: "not_released", id })

  assert.deepEqual(states(courier), ["refused"])
  assert.equal(courier.entries[0].code, "not_released")
})

test("what is decided while one is elsewhere is known when one comes back", async () => {
  const { clock, storage, house, courier } = setUp()
  const entries = [await aHeldOne(house, courier), await aHeldOne(house, courier)]
  const elsewhere = new Outbox(storage, clock.now)

  const texts = ["released", "not_released"].map((kind, i) => elsewhere.decided({ kind, id: entries[i].id }))

  assert.deepEqual(texts, ["held", "held"])
  assert.deepEqual(states(open(house, elsewhere, clock)), ["refused"])
  assert.ok(!elsewhere.awaits)
})

test("a word about something else settles nothing", async () => {
  const { house, outbox, courier } = setUp()
  const { id } = await aHeldOne(house, courier)

  assert.equal(outbox.decided({ kind: "warning", id }), "")
  courier.decided({ kind: "warning", id })

  assert.deepEqual(states(courier), ["held"])
})

test("what the room team never came to fades with the talk", async () => {
  const { clock, house, courier } = setUp()
  const entry = await aHeldOne(house, courier)

  courier.fade(entry.at / 1000 - 1)
  assert.deepEqual(states(courier), ["held"])
  courier.fade(clock.at / 1000 + 1)

  assert.deepEqual(courier.entries, [])
})

async function aHeldOne(house, courier) {
  const entry = say(courier, "held")
  house.last.resolve({ name: "waiting" })
  await settled()
  return entry
}

test("in a slowed room what is new is tried at once: somebody may be in danger", async () => {
  const { clock, house, courier } = setUp()
  say(courier, "first", clock)
  house.last.reject(new Refused({ code: "too_fast", wait: 45 }))
  await settled()

  say(courier, "i took all my pills", clock)
  assert.equal(house.last.fields[0], "i took all my pills")
  house.last.resolve({ position: 42, at: 1 })
  await settled()
  assert.deepEqual(states(courier), ["slow"])
  clock.advance(45)

  assert.deepEqual(house.texts, ["first", "i took all my pills", "first"])
})

test("what is tried in vain in a slowed room is tried once, and keeps its place", async () => {
  const { clock, house, courier } = setUp()
  say(courier, "one", clock)
  house.last.reject(new Refused({ code: "too_fast", wait: 45 }))
  await settled()
  say(courier, "two", clock)
  house.last.reject(new Refused({ code: "too_fast", wait: 44 }))
  await settled()
  courier.carry()
  assert.deepEqual(states(courier), ["slow", "slow"])
  assert.equal(house.asked.length, 2)

  clock.advance(45)

  assert.equal(house.last.fields[0], "one")
})

test("older than the house remembers: it asks first", async () => {
  const { clock, house, outbox, courier } = setUp()
  house.state = "waiting"
  const entry = say(courier, "hello")

  clock.advance(3601)
  house.state = "open"
  courier.resume()
  await settled()
  assert.deepEqual(states(courier), ["old"])
  assert.equal(house.asked.length, 0)
  courier.sendAnyway(entry)

  assert.equal(house.last.id, entry.id)
  assert.ok(outbox.has(entry.id))
})

test("a clock that was set back makes it ask, too", async () => {
  const { clock, house, courier } = setUp()
  house.state = "waiting"
  say(courier, "hello")

  clock.at -= 60000
  house.state = "open"
  courier.resume()
  await settled()

  assert.deepEqual(states(courier), ["old"])
})

test("an old reaction is not worth a question", async () => {
  const { clock, house, courier } = setUp()
  house.state = "waiting"
  courier.send({ kind: "react", target: 4, reaction: 1, on: true, epoch: 9 })

  clock.advance(3601)
  house.state = "open"
  courier.resume()
  await settled()

  assert.deepEqual(courier.entries, [])
})

test("when history began anew, no reaction lands on another message", () => {
  const { house, courier } = setUp()
  house.state = "waiting"
  courier.send({ kind: "react", target: 4, reaction: 1, on: true, epoch: 9 })
  const entry = courier.send({ kind: "say", text: "yes", reply: 4, epoch: 9, after: 41 })

  courier.startOver(10)

  assert.deepEqual(courier.entries, [entry])
  assert.equal(entry.reply, 0)
})

const ME = "0a0b0c0d0e"
const mine = new Set([ME])

function heard(position, text) {
  return { position, who: ME, text, reply: 0 }
}

test("my own message, heard before its answer, is not shown twice", () => {
  const entries = [{ text: "ok", reply: 0, after: 41 }, { text: "ok", reply: 0, after: 41 }]

  assert.equal(stillWaiting(entries, [heard(42, "ok")], mine, new Set()).length, 1)
})

test("the same words said before are another message", () => {
  const entries = [{ text: "ok", reply: 0, after: 41 }]

  assert.equal(stillWaiting(entries, [heard(40, "ok")], mine, new Set()).length, 1)
  assert.equal(stillWaiting(entries, [heard(42, "ok")], mine, new Set([42])).length, 1)
})

test("what the house has, and one has not heard yet, shows as in the room", async () => {
  const { house, courier } = setUp()
  const entry = say(courier, "hello")
  house.last.resolve({ position: 42, at: 1 })
  await settled()
  const waiting = new Waiting()

  waiting.done(entry, 42, 41)

  assert.deepEqual(waiting.lines(courier, { position: 41, messages: [] }, mine), [{ entry, state: "said" }])
  assert.deepEqual(waiting.lines(courier, { position: 42, messages: [heard(42, "hello")] }, mine), [])
})

test("a reaction shows while it is under way", () => {
  const react = on => [{ kind: "react", target: 4, reaction: 1, on }]

  assert.deepEqual(withMine([[], ["x"]], 4, react(true), ME), [[], ["x", ME]])
  assert.deepEqual(withMine([[], ["x", ME]], 4, react(false), ME), [[], ["x"]])
  assert.deepEqual(withMine([[], ["x"]], 5, react(true), ME), [[], ["x"]])
})

// A reaction that the house has, and that one has not heard of as well.
async function aReaction() {
  const { house, courier } = setUp()
  const entry = courier.send({ kind: "react", epoch: 9, target: 4, reaction: 1, on: true })
  house.last.resolve({ position: 42, at: 1 })
  await settled()
  const waiting = new Waiting()
  waiting.done(entry, 42, 41)
  return { courier, entry, waiting }
}

test("a reaction that the house has shows on until one has heard of it as well", async () => {
  const { courier, entry, waiting } = await aReaction()

  assert.deepEqual(waiting.entries(courier, { epoch: 9, position: 41 }), [entry])
  assert.deepEqual(waiting.lines(courier, { epoch: 9, position: 41, messages: [] }, mine), [])
  assert.deepEqual(waiting.entries(courier, { epoch: 9, position: 42 }), [])
})

test("a reaction is not shown to what stands in its place when everything began anew", async () => {
  const { courier, waiting } = await aReaction()

  assert.deepEqual(waiting.entries(courier, { epoch: 10, position: 5 }), [])
})
