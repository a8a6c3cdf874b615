// Puts the page together: which view is shown, and what lives longer than a view.

import { Beside } from "./beside.js"
import { Connection, dialHouse } from "./connection.js"
import { CareCard } from "./care.js"
import { MessageComposer } from "./composer.js"
import { HouseDoor } from "./door.js"
import { RoomEntry } from "./entry.js"
import { SUBPROTOCOL } from "./frames.js"
import { HelpLines } from "./help.js"
import { tellHours } from "./honest.js"
import { LineState } from "./line.js"
import { NeedCard } from "./needcard.js"
import { NeedPage } from "./needpage.js"
import { NeedStrip } from "./needstrip.js"
import { Outbox } from "./outbox.js"
import { copy, part, tell } from "./page.js"
import { refusal } from "./plainly.js"
import { RoomPresence } from "./presence.js"
import { PlainTalk } from "./plaintalk.js"
import { PrivateTalk } from "./privatetalk.js"
import { ReportForm } from "./report.js"
import { ChatRoom } from "./room.js"
import { RoomList } from "./rooms.js"
import { Secret } from "./secret.js"
import { StayChoice, StayStrip } from "./staycards.js"
import { Storage } from "./storage.js"
import { RoomTalk } from "./talk.js"
import { CardPage, TalkCards } from "./talkcards.js"
import { TalkPage } from "./talkpage.js"
import { TeamWords } from "./team.js"

const NEWS = "• "
const TEAM = "team" // kept while the room team has something to say to this device
const NEED = "/talk"
const PLAINLY = "Your talk goes on. Press “I need to talk” to go back to it."

const storage = new Storage(() => localStorage)
const session = new Storage(() => sessionStorage)
const secret = new Secret(storage)
const outbox = new Outbox(storage)
const connection = new Connection({
  dial: () => dialHouse(SUBPROTOCOL),
  secret: () => secret.bytes
})

const plain = new PlainTalk()
const beside = new Beside({ connection, storage, session, outbox })

const stage = document.querySelector("[data-stage]")
const front = document.querySelector("[data-front]")
const words = document.querySelector("team-words")
let rooms = null // by slug, once they are known
let view = front
let note = ""
let before = ""  // where one was, before one came to a talk

const parts = {
  "room-list": RoomList,
  "house-door": HouseDoor,
  "room-entry": RoomEntry,
  "chat-room": ChatRoom,
  "room-talk": RoomTalk,
  "room-presence": RoomPresence,
  "message-composer": MessageComposer,
  "line-state": LineState,
  "help-lines": HelpLines,
  "care-card": CareCard,
  "report-form": ReportForm,
  "team-words": TeamWords,
  "private-talk": PrivateTalk,
  "need-page": NeedPage,
  "need-card": NeedCard,
  "need-strip": NeedStrip,
  "card-page": CardPage,
  "talk-cards": TalkCards,
  "stay-choice": StayChoice,
  "stay-strip": StayStrip
}

function place() {
  return location.hash.slice(1)
}

// The fragment says where one is: it is sent to no server, and stands in no log.
function route() {
  const here = place()
  if (beside.has(here)) return showTalk(here)
  before = here
  if (here === "/device") return showDevice()
  if (here === "" || rooms === null) return showFront()
  const room = rooms.get(here)
  if (!room) return showFront("There is no such room.")
  if (storage.get("understood") === null) return showDoor(room)
  if (session.get("in") === room.slug) return showRoom(room)
  return showEntry(room)
}

function showFront(why = note) {
  note = ""
  stageView(front)
  tell(part(front, "word"), why)
  front.querySelector("help-lines").show()
  front.querySelector("room-list").open(outbox)
  tellHours(part(front, "hours"))
  if (rooms !== null || place() === "") {
    if (!awaits()) connection.stop()
    session.remove("in")
  }
}

// Is there anything to hear or to answer, wherever one is?
function awaits() {
  return words.some || outbox.awaits || storage.get(TEAM) !== null || beside.awaits
}

function showTalk(here) {
  if (awaits()) connection.start()
  beside.show(here, stageView, () => `#${before}`)
}

// It is fetched first, and who waits for it may have gone on.
async function showDevice() {
  await import("./device.js")
  if (place() === "/device") stageView(copy("device"), "This device").open({ secret })
}

function showDoor(room) {
  stageView(copy("door"), "Before you come in").open({ hours: room.history_hours })
}

function showEntry(room) {
  connection.start()
  stageView(copy("entry"), room.name).open({ room, connection, roll: rollOf(room), note })
  note = ""
}

function showRoom(room) {
  connection.start()
  const opened = { room, roll: rollOf(room), connection, storage, session, outbox, stay: beside.stay }
  stageView(copy("room"), room.name).open(opened)
  view.focus()
}

// Shows the view instead of the last, and takes the keyboard and the reader there.
function stageView(next, title = "") {
  if (next === view) return view
  leaveView()
  stage.append(next)
  view = next
  document.body.classList.toggle("body--room", view.classList.contains("room"))
  document.body.classList.toggle("body--need", view instanceof NeedPage)
  document.body.classList.toggle("body--private", view instanceof CardPage)
  document.title = title ? `${title} · Porchlight` : "Porchlight"
  scrollTo(0, 0)
  view.querySelector("h1").focus({ preventScroll: true })
  return view
}

function leaveView() {
  if (view instanceof TalkPage) beside.left(view)
  else if (view.close) view.close()
  if (view === front) front.querySelector("room-list").close()
  view.remove()
}

function rollOf({ slug }) {
  return Number(storage.get(`roll.${slug}`)) || 0
}

// Whoever was removed stands on the porch: the help lines and their answer are there.
function showOut() {
  note = refusal("removed", 0)
  session.remove("in")
  if (place()) location.hash = ""
  else showFront()
}

// The porch needs no line: it is let go once all has been heard and answered.
function nothingWaits() {
  if (!words.some) storage.remove(TEAM)
  if (view === front && !awaits()) connection.stop()
}

// "I need to talk", wherever it stands: without a script it is a page of its own.
function press(event) {
  // Where a talk goes on without a script, the form itself leads to it.
  if (!event.target.matches("[data-need]") || plain.isOpen) return
  event.preventDefault()
  beside.need.press(session.get("in") || "")
  location.hash = `#${NEED}`
}

// -- what the views announce ----------------------------------------------------------

const events = {
  "rooms": list => {
    const first = rooms === null
    rooms = new Map(list.map(room => [room.slug, room]))
    if (first && place()) route()
  },
  "understood": () => {
    storage.set("understood", "1")
    route()
  },
  "enter": roll => {
    storage.set(`roll.${place()}`, String(roll))
    session.set("in", place())
    route()
  },
  "leave": () => { location.hash = "" },
  "name-taken": () => {
    session.remove("in")
    note = "Somebody here has that name just now. Please take another."
    route()
  },
  "removed": () => showOut(),
  "no-such-room": () => showFront("There is no such room."),
  "come-back": bytes => {
    connection.stop()
    for (const key of [TEAM, ...storage.keys("roll."), ...storage.keys("outbox.")]) storage.remove(key)
    words.forget()
    beside.forget()
    session.clear()
    secret.replace(bytes)
  },
  "forget": () => {
    connection.stop()
    storage.clear()
    session.clear()
    location.replace("/")
  }
}

document.addEventListener("submit", press)

for (const [name, act] of Object.entries(events)) {
  stage.addEventListener(name, ({ detail }) => act(detail))
}

addEventListener("hashchange", route)
addEventListener("pageshow", async ({ persisted }) => {
  if (await plain.look(persisted) && view === front) showFront(PLAINLY)
})
addEventListener("online", () => connection.hurry())
addEventListener("offline", () => connection.drop())
// Who waits for an answer in another tab sees that something was said, and no more.
for (const name of ["said", "word", "card", "need"]) {
  connection.addEventListener(name, () => {
    if (name === "need" && !beside.need.withPeer) return
    if (document.hidden && !document.title.startsWith(NEWS)) document.title = NEWS + document.title
  })
}

// What the room team has to say comes with the welcome, or there is nothing.
connection.addEventListener("settled", () => {
  beside.settled()
  nothingWaits()
})

document.addEventListener("visibilitychange", () => {
  if (document.title.startsWith(NEWS)) document.title = document.title.slice(NEWS.length)
  connection.away = document.hidden
  if (!document.hidden) connection.hurry()
})

for (const [name, element] of Object.entries(parts)) customElements.define(name, element)
words.open({ connection, outbox, session })
words.addEventListener("words", ({ detail }) => detail ? storage.set(TEAM, "1") : nothingWaits())
words.addEventListener("removed", () => { if (view instanceof ChatRoom) showOut() })
beside.open()
document.querySelector("[data-device]").hidden = false
front.querySelector("help-lines").open({ storage })
if (awaits()) connection.start()
route()
