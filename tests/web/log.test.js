// What has been said: in order, each once, and never a silent gap.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Log } from "../../web/js/log.js"

const [OTTER, HERON] = ["0a0b0c0d0e", "1a1b1c1d1e"]

function said(position, text = `message ${position}`, who = OTTER, reply = 0) {
  return { name: "said", position, at: 1700000000 + position, who, text, reply }
}

function reacted(position, target, on = true, who = HERON, reaction = 0) {
  return { name: "reacted", position, at: 0, who, target, reaction, on }
}

function takenBack(position, target) {
  return { name: "taken_back", position, at: 0, target }
}

function joined(position, events, { epoch = 9, whole = true, more = false } = {}) {
  return { epoch, position, whole, more, events }
}

function aLog(...events) {
  const log = new Log()
  log.joining()
  log.joined(joined(events.length ? events[events.length - 1].position : 0, events))
  return log
}

function texts(log) {
  return log.messages.map(({ text }) => text)
}

test("what is said shows in order of position", () => {
  const log = aLog(said(1), said(2))

  assert.equal(log.receive(said(3)), null)

  assert.deepEqual(texts(log), ["message 1", "message 2", "message 3"])
})

test("what is heard twice shows once", () => {
  const log = aLog(said(1), said(2))

  log.receive(said(2, "again"))

  assert.deepEqual(texts(log), ["message 1", "message 2"])
})

test("a gap asks for another join, and nothing is shown out of order", () => {
  const log = aLog(said(1))

  assert.equal(log.receive(said(3)), "join")
  assert.deepEqual(texts(log), ["message 1"])

  log.joining()
  log.joined(joined(3, [said(2), said(3)]))
  assert.deepEqual(texts(log), ["message 1", "message 2", "message 3"])
})

test("what is heard while joining waits for the answer, and follows it", () => {
  const log = aLog(said(1))
  log.joining()

  log.receive(said(4))
  log.receive(said(5))
  assert.equal(log.joined(joined(4, [said(2), said(3), said(4)])), null)

  assert.deepEqual(texts(log), [1, 2, 3, 4, 5].map(n => `message ${n}`))
  assert.equal(log.position, 5)
})

test("a gap between the answer and what was heard meanwhile asks again", () => {
  const log = aLog(said(1))
  log.joining()

  log.receive(said(5))

  assert.equal(log.joined(joined(3, [said(2), said(3)])), "join")
})

test("a page of more asks for the next", () => {
  const log = aLog(said(1))
  log.joining()

  assert.equal(log.joined(joined(2, [said(2)], { more: true })), "join")
  assert.equal(log.position, 2)
})

test("positions may skip inside an answer", () => {
  const log = aLog(said(1), said(5))

  assert.equal(log.position, 5)
  assert.equal(log.receive(said(6)), null)
})

test("history that is not whole shows where", () => {
  const log = aLog(said(1), said(2))
  log.joining()

  log.joined(joined(90, [said(80), said(90)], { whole: false }))

  assert.ok(!log.isBreak(1, 2))
  assert.ok(log.isBreak(2, 80))
  assert.ok(!log.isBreak(80, 90))
})

test("a first visit misses nothing", () => {
  const log = new Log()
  log.joining()

  log.joined(joined(90, [said(90)], { whole: false }))

  assert.ok(!log.isBreak(0, 90))
})

test("a new epoch begins anew, and says that what was before is gone", () => {
  const log = aLog(said(1), said(2), said(3))
  log.joining()

  log.joined(joined(1, [said(1, "after")], { epoch: 10, whole: false }))

  assert.deepEqual(texts(log), ["after"])
  assert.ok(log.isBreak(0, 1))
  assert.equal(log.receive(said(2)), null)
})

test("older talk goes before, and keeps what was known", () => {
  const log = aLog(...Array.from({ length: 50 }, (_, i) => said(51 + i)))
  assert.ok(log.older)
  assert.equal(log.first, 51)

  log.earlier({ more: false, events: [said(49), said(50)] })

  assert.equal(log.first, 49)
  assert.ok(!log.older)
  assert.equal(log.position, 100)
})

test("a short history has nothing before it", () => {
  assert.ok(!aLog(said(1)).older)
})

test("there may be older talk however few messages came, unless the first of all did", () => {
  assert.ok(aLog(said(7)).older)
  assert.ok(!aLog(said(1), said(2)).older)
})

test("what is taken back is gone, and stays gone when older pages come", () => {
  const log = aLog(said(5), said(6))

  log.receive(takenBack(7, 5))
  log.receive(takenBack(8, 2))
  log.earlier({ more: false, events: [said(2), said(3)] })

  assert.deepEqual(texts(log), ["message 3", "message 6"])
})

test("reactions are counted by member, and can be withdrawn", () => {
  const log = aLog(said(1))

  log.receive(reacted(2, 1))
  log.receive(reacted(3, 1))
  log.receive(reacted(4, 1, true, OTTER))
  log.receive(reacted(5, 1, false))

  assert.deepEqual(log.reactions(1), [[OTTER], [], [], []])
})

test("a reaction that was withdrawn is not brought back by an older page", () => {
  const log = aLog(reacted(60, 5, false))

  log.earlier({ more: false, events: [said(5), reacted(6, 5, true)] })

  assert.deepEqual(log.reactions(5), [[], [], [], []])
})

test("what the room team took away leaves a trace where it was read, and nowhere else", () => {
  const log = aLog(said(1), said(2), said(3))

  log.receive({ ...takenBack(4, 2), team: true })
  log.receive(takenBack(5, 1))
  log.receive({ ...takenBack(6, 9), team: true })

  assert.deepEqual(log.byTeam, [2])
  log.fade(Infinity)
  assert.deepEqual(log.byTeam, [])
})

test("talk fades", () => {
  const log = aLog(said(1), said(2), said(3))

  log.fade(1700000003)

  assert.deepEqual(texts(log), ["message 3"])
  assert.equal(log.position, 3)
})
