// The rooms page: what is heard shows at once, and that something may not have been heard.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Rooms } from "../../web/staff/js/rooms.js"
import { Clock } from "./support.js"

function theRooms() {
  const clock = new Clock()
  const places = { "[data-changed]": { hidden: true }, "[data-behind]": { hidden: true } }
  const root = { querySelectorAll: () => [], querySelector: selector => places[selector] }
  const rooms = new Rooms(root, { timers: clock, now: clock.now })
  return { rooms, behind: () => !places["[data-behind]"].hidden }
}

test("a page that has just been opened is not behind", () => {
  const { rooms, behind } = theRooms()

  rooms.opened()

  assert.equal(behind(), false)
})

test("a page that was without a line says that it may be behind, though the line is back", () => {
  const { rooms, behind } = theRooms()
  rooms.opened()

  rooms.opened()

  assert.equal(behind(), true)
})
