// Puts a staff page together: the line, and what on this page listens to it.

import { Storage } from "../../js/storage.js"
import { Asking } from "./asking.js"
import { Calls } from "./calls.js"
import { Case } from "./case.js"
import { Keys } from "./keys.js"
import { Line, SUBPROTOCOL, words } from "./line.js"
import { Queue } from "./queue.js"
import { Ring } from "./ring.js"
import { alarmed, Rooms } from "./rooms.js"
import { marked, Sound, Speaker } from "./sound.js"

const body = document.body
const line = new Line({ dial })
const speaker = new Speaker()

function dial() {
  const address = new URL("/staff/ws", location.href)
  address.protocol = address.protocol.replace("http", "ws")
  return new WebSocket(address.href, SUBPROTOCOL)
}

function showState() {
  const [mood, text] = words(line, Boolean(body.dataset.page))
  const place = document.querySelector("[data-line]")
  const says = place.querySelector("[data-line-words]")
  if (says.textContent !== text) says.textContent = text
  place.dataset.mood = mood
}

function queue() {
  const rows = new Queue(body)
  const sound = new Sound(body.querySelector("[data-sound]"), new Storage(() => localStorage), speaker)
  if (body.dataset.hotkeys === "on") new Keys(body)
  rows.onurgent = more => {
    sound.ring()
    if (document.hidden) document.title = marked(document.title, more)
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.title = marked(document.title, 0)
  })
  for (const news of ["open", "case", "store"]) line.addEventListener(news, () => rows.changed())
}

function oneCase() {
  const one = new Case(body)
  line.addEventListener("open", () => {
    line.look(one.id)
    one.changed()
  })
  line.addEventListener("case", ({ detail }) => { if (detail.id === one.id) one.changed() })
}

function rooms() {
  const all = new Rooms(body)
  line.addEventListener("open", () => all.opened())
  for (const news of ["bell", "alarm", "controls"]) {
    line.addEventListener(news, ({ detail }) => all[news](detail))
  }
}

function calls() {
  const all = new Calls(body, { speaker })
  for (const news of ["open", "need", "alert", "rota", "store"]) line.addEventListener(news, () => all.changed())
}

// Only this page needs what a member's page has.
async function talk() {
  const { openTalk } = await import("./talk.js")
  openTalk(body, line)
}

// Shifts are lived in the zone of whoever has them.
function showTimes() {
  for (const time of body.querySelectorAll("[data-at]")) {
    const moment = new Date(Number(time.dataset.at) * 1000)
    time.textContent = moment.toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" })
  }
}

// Whatever page is open, whoever is called hears it there.
function ring() {
  const ringing = new Ring(body.querySelector("[data-ring]"), { me: body.dataset.staff, speaker })
  const standing = new Asking("/staff/calls/standing.json", found => ringing.standing(found.calls), { asks: () => ringing.asks() })
  line.addEventListener("open", () => standing.now())
  line.addEventListener("alert", ({ detail }) => ringing.alert(detail))
  line.addEventListener("need", ({ detail }) => ringing.need(detail))
  line.addEventListener("alarm", ({ detail: { room, what, number } }) => {
    if (!room) ringing.alarm(alarmed(room, what, number))
  })
}

const pages = { queue, case: oneCase, rooms, calls, talk }
if (pages[body.dataset.page]) pages[body.dataset.page]()
ring()
showTimes()

line.addEventListener("state", showState)
line.addEventListener("signedout", () => {
  line.stop()
  location.assign(`/staff/sign-in?next=${encodeURIComponent(location.pathname)}`)
})
for (const sign of ["keydown", "pointerdown"]) {
  addEventListener(sign, () => {
    line.touched()
    speaker.wake()
  })
}
addEventListener("online", () => line.hurry())
addEventListener("pageshow", () => line.hurry())
document.addEventListener("visibilitychange", () => { if (!document.hidden) line.hurry() })
line.connect()
