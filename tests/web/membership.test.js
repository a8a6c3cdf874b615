// Being in a room, whatever the line does.

import assert from "node:assert/strict"
import { test } from "node:test"
import { LineLost, Refused } from "../../web/js/connection.js"
import { Membership } from "../../web/js/membership.js"
import { Clock, settled } from "./support.js"

class ToyHouse extends EventTarget {
  state = "open"
  asked = []

  request(name, room, ...fields) {
    return new Promise((resolve, reject) => this.asked.push({ name, room, fields, resolve, reject }))
  }

  tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  get last() {
    return this.asked[this.asked.length - 1]
  }

  get names() {
    return this.asked.map(({ name }) => name)
  }
}

function setUp(state = "open") {
  const clock = new Clock()
  const house = new ToyHouse()
  house.state = state
  const membership = new Membership({ connection: house, room: "coffee", roll: 7, light: false, timers: clock })
  return { clock, house, membership }
}

async function aMember() {
  const parts = setUp()
  parts.house.last.resolve(joined(2, [said(1), said(2)]))
  await settled()
  return parts
}

function said(position, room = "coffee") {
  return { name: "said", room, position, at: 1, who: "0a0b0c0d0e", text: `message ${position}`, reply: 0 }
}

function joined(position, events, rest = {}) {
  return { epoch: 9, position, whole: true, more: false, who: "0a0b0c0d0e", people: [], events, ...rest }
}

test("who comes in asks for everything, and is in when it is there", async () => {
  const { house, membership } = setUp()

  assert.deepEqual(house.last.fields, [7, false, 0, 0])
  assert.ok(!membership.joined)
  house.last.resolve(joined(2, [said(1), said(2)]))
  await settled()

  assert.ok(membership.joined)
  assert.equal(membership.log.messages.length, 2)
})

test("without a line it waits for one", () => {
  const { house } = setUp("waiting")
  assert.equal(house.asked.length, 0)

  house.state = "open"
  house.tell("open")

  assert.deepEqual(house.names, ["join"])
})

test("after a drop it asks from where it stands", async () => {
  const { house, membership } = await aMember()

  house.state = "waiting"
  house.tell("state")
  assert.ok(!membership.joined)
  house.state = "open"
  house.tell("open")

  assert.deepEqual(house.last.fields, [7, false, 9, 2])
})

test("a drop in the middle of joining does not keep it from joining again", async () => {
  const { house, membership } = setUp()

  house.state = "waiting"
  house.last.reject(new LineLost())
  house.tell("state")
  await settled()
  house.state = "open"
  house.tell("open")
  house.last.resolve(joined(0, []))
  await settled()

  assert.equal(house.asked.length, 2)
  assert.ok(membership.joined)
})

test("a gap asks again, once", async () => {
  const { house } = await aMember()

  house.tell("said", said(5))
  house.tell("said", said(6))

  assert.equal(house.asked.length, 2)
  assert.deepEqual(house.last.fields, [7, false, 9, 2])
})

test("what is heard meanwhile is shown after what was missed", async () => {
  const { house, membership } = await aMember()
  house.tell("said", said(4))

  house.tell("said", said(5))
  house.last.resolve(joined(4, [said(3), said(4)]))
  await settled()

  assert.deepEqual(membership.log.messages.map(({ position }) => position), [1, 2, 3, 4, 5])
})

test("page after page, and only the last means being in", async () => {
  const { house, membership } = await aMember()
  house.tell("open")

  house.last.resolve(joined(3, [said(3)], { more: true }))
  await settled()
  assert.ok(!membership.joined)
  assert.deepEqual(house.last.fields, [7, false, 9, 3])
  house.last.resolve(joined(4, [said(4)]))
  await settled()

  assert.ok(membership.joined)
})

test("a history that began anew is asked for", async () => {
  const { house, membership } = await aMember()

  house.tell("start_over", { room: "coffee", epoch: 10 })
  house.last.resolve(joined(1, [said(1)], { epoch: 10, whole: false }))
  await settled()

  assert.equal(membership.log.epoch, 10)
  assert.equal(membership.log.messages.length, 1)
})

test("what was held of a history that is over is not shown in the new one", async () => {
  const { house, membership } = setUp()

  house.tell("said", said(3, "coffee"))
  house.tell("start_over", { room: "coffee", epoch: 10 })
  house.last.resolve(joined(2, [said(1), said(2)], { epoch: 10 }))
  await settled()
  house.last.resolve(joined(2, [], { epoch: 10 }))
  await settled()

  assert.equal(house.asked.length, 2)
  assert.equal(membership.log.position, 2)
})

test("other rooms are other rooms", async () => {
  const { house, membership } = await aMember()

  house.tell("said", said(3, "women"))
  house.tell("start_over", { room: "women", epoch: 10 })

  assert.equal(membership.log.position, 2)
  assert.equal(house.asked.length, 1)
})

test("asked to slow down, it joins after the wait", async () => {
  const { clock, house } = setUp()

  house.last.reject(new Refused({ code: "too_fast", wait: 5 }))
  await settled()
  clock.advance(4.9)
  assert.equal(house.asked.length, 1)
  clock.advance(0.2)

  assert.equal(house.asked.length, 2)
})

test("a taken name is told, and not asked for again", async () => {
  const { clock, house, membership } = setUp()
  const told = []
  membership.addEventListener("refused", ({ detail }) => told.push(detail))

  house.last.reject(new Refused({ code: "name_taken", wait: 0 }))
  await settled()
  clock.advance(3600)

  assert.deepEqual(told, ["name_taken"])
  assert.equal(house.asked.length, 1)
})

test("a change of mind about the line is asked for even while joining", async () => {
  const { house, membership } = setUp()

  membership.light = true
  assert.equal(house.asked.length, 1)
  house.last.resolve(joined(0, []))
  await settled()

  assert.deepEqual(house.last.fields, [7, true, 9, 0])
})

test("a doubted line has to answer", async () => {
  const { house } = await aMember()

  house.tell("doubt")

  assert.deepEqual(house.names, ["join", "name"])
})

test("who has left hears nothing any more", async () => {
  const { house, membership } = await aMember()

  membership.leave()
  house.tell("open")
  house.tell("said", said(3))

  assert.deepEqual(house.names, ["join", "leave"])
  assert.equal(membership.log.position, 2)
})

test("whoever left before the house had let them in does not come back by its answer", async () => {
  const { house, membership } = setUp()

  membership.leave()
  house.asked[0].resolve(joined(3, [said(3)], { more: true }))
  await settled()

  assert.deepEqual(house.names, ["join", "leave"])
})

test("whoever left before the house was able to let them in does not ask again", async () => {
  const { clock, house, membership } = setUp()

  membership.leave()
  house.asked[0].reject(new Refused({ code: "unavailable", wait: 0 }))
  await settled()
  clock.advance(60)

  assert.deepEqual(house.names, ["join", "leave"])
})
