// <chat-room>: one room. Joins, catches up, and puts what is heard where it is shown.

import { LineLost, Refused } from "./connection.js"
import { Courier } from "./courier.js"
import { chooseLight, isLight } from "./light.js"
import { Log } from "./log.js"
import { nameOf } from "./names.js"
import { announce, part, tell } from "./page.js"
import { People } from "./people.js"
import { refusal } from "./plainly.js"
import { hereWords } from "./presence.js"
import { Waiting } from "./waiting.js"
import { Whisper } from "./whisper.js"

const TYPING_EVERY_MS = 3000
const REJOIN_AFTER_MS = 2000
const TICK_MS = 2000
const NOTE_MS = 8000

export class ChatRoom extends HTMLElement {
  #connection
  #storage
  #room
  #roll
  #courier
  #log = new Log()
  #people = new People()
  #me = ""
  #mine = new Set()        // every `who` that was me since the page opened
  #waiting = new Waiting()
  #joined = false
  #joining = false
  #light = false
  #typedAt = 0
  #whisper = new Whisper()
  #due = null
  #rejoin = null
  #tick = null
  #noting = null
  #listening = []

  open({ room, roll, connection, storage, session, outbox }) {
    this.#connection = connection
    this.#storage = storage
    this.#room = room
    this.#roll = roll
    this.#light = isLight(storage)
    this.#courier = new Courier({ outbox, connection, room: room.slug })
    part(this, "room").textContent = room.name
    this.querySelector("message-composer").open({ room: room.slug, session, limit: connection.limit })
    this.#listen()
    this.#tick = setInterval(() => this.#ticked(), TICK_MS)
    if (connection.state === "open") this.#opened()
    this.#showLine()
    this.#render()
  }

  close() {
    for (const stop of this.#listening) stop()
    for (const timer of [this.#due, this.#rejoin, this.#tick, this.#noting]) clearTimeout(timer)
    this.#courier.close()
    this.#request("leave").catch(() => {})
  }

  // Where a keyboard goes on; a phone's would cover the room.
  focus() {
    if (matchMedia("(pointer: coarse)").matches) part(this, "room").focus()
    else this.querySelector("message-composer").focus()
  }

  // -- what is heard --------------------------------------------------------------

  #listen() {
    const heard = (name, act) => this.#on(this.#connection, name, ({ detail }) => act(detail))
    const here = (name, act) => heard(name, event => event.room === this.#room.slug && act(event))
    heard("open", () => this.#opened())
    heard("state", () => this.#lineChanged())
    heard("doubt", () => this.#prove())
    for (const name of ["said", "taken_back", "reacted"]) here(name, event => this.#event(event))
    here("presence", event => this.#presence(event))
    here("start_over", () => this.#join())
    this.#on(this.#courier, "change", () => this.#render())
    this.#on(this.#courier, "done", ({ detail }) => this.#done(detail))
    this.#on(this.#courier, "refused", ({ detail }) => this.#refused(detail))
    this.#listenToPage()
  }

  #listenToPage() {
    const acts = {
      "say": what => this.#say(what),
      "writing": () => this.#writing(),
      "reply": ({ position }) => this.#reply(position),
      "react": what => this.#courier.send({ kind: "react", epoch: this.#log.epoch, ...what }),
      "take-back": what => this.#takeBack(what),
      "send-anyway": entry => this.#courier.sendAnyway(entry),
      "throw-away": entry => this.#courier.drop(entry),
      "change-it": entry => this.#change(entry),
      "earlier": () => this.#earlier(),
      "light": light => this.#chooseLight(light)
    }
    for (const [name, act] of Object.entries(acts)) this.#on(this, name, ({ detail }) => act(detail))
    this.#on(part(this, "leave"), "click", () => announce(this, "leave"))
    this.#on(part(this, "people"), "click", () => this.#togglePeople())
    this.#on(this, "keydown", ({ key }) => { if (key === "Escape") this.#escape() })
  }

  #on(target, name, act) {
    target.addEventListener(name, act)
    this.#listening.push(() => target.removeEventListener(name, act))
  }

  // -- joining --------------------------------------------------------------------

  #opened() {
    this.#joined = this.#joining = false
    this.#join()
    this.#courier.resume()
  }

  #lineChanged() {
    if (this.#connection.state !== "open") this.#joined = this.#joining = false
    this.#showLine()
    if (this.#connection.up && this.#joined) this.#courier.resume()
  }

  async #join() {
    if (this.#joining || this.#connection.state !== "open") return
    clearTimeout(this.#rejoin)
    this.#joining = true
    this.#log.joining()
    const { epoch, position } = this.#log
    try {
      this.#welcome(await this.#request("join", this.#roll, this.#light, epoch, position))
    } catch (reason) {
      this.#notJoined(reason)
    }
  }

  #welcome(joined) {
    this.#joining = false
    this.#me = joined.who
    this.#mine.add(joined.who)
    this.#people.snapshot(joined.people)
    const again = this.#log.joined(joined)
    this.#courier.startOver(joined.epoch)
    this.#joined = again === null
    if (again) this.#join()
    else this.#courier.resume()
    this.#showLine()
    this.#render()
  }

  #notJoined(reason) {
    if (reason instanceof LineLost) return
    if (!(reason instanceof Refused)) throw reason
    this.#joining = false
    if (reason.code === "name_taken") announce(this, "name-taken")
    else if (reason.code === "no_such_room") announce(this, "no-such-room")
    else this.#joinIn(Math.max(reason.wait * 1000, REJOIN_AFTER_MS))
  }

  #joinIn(milliseconds) {
    clearTimeout(this.#rejoin)
    this.#rejoin = setTimeout(() => this.#join(), milliseconds)
  }

  // Any question will do; the connection dials again when it stays unanswered.
  #prove() {
    this.#request("name", this.#roll).catch(() => {})
  }

  #request(name, ...fields) {
    return this.#connection.request(name, this.#room.slug, ...fields)
  }

  // -- events ---------------------------------------------------------------------

  #event(event) {
    if (event.name === "said") this.#people.spoke(event.who)
    if (this.#log.receive(event) === "join") this.#join()
    this.#render()
  }

  #presence(event) {
    this.#whisper.came(this.#people.change(event).filter(who => who !== this.#me))
    this.#render()
  }

  #done({ entry, position }) {
    if (entry.kind === "say") this.#waiting.done(entry, position, this.#log.position)
    this.#render()
  }

  #refused({ entry, code, wait }) {
    if (code === "not_in_room") this.#join()
    this.#note(refusal(code, wait, entry.kind))
    this.#render()
  }

  // -- what the member does ---------------------------------------------------------

  #say({ text, reply }) {
    const { epoch, position } = this.#log
    this.querySelector("room-talk").toEnd()
    this.#courier.send({ kind: "say", text, reply, epoch, after: position })
  }

  // The message goes, and the keyboard's place with it.
  #takeBack(what) {
    this.#courier.send({ kind: "take_back", epoch: this.#log.epoch, ...what })
    part(this, "scroll").focus()
  }

  #change(entry) {
    this.#courier.drop(entry)
    this.querySelector("message-composer").restore(entry.text)
  }

  #reply(position) {
    const { who } = this.#log.message(position)
    this.querySelector("message-composer").replyTo(position, nameOf(who).words)
  }

  #writing() {
    const now = Date.now()
    if (this.#light || !this.#joined || now - this.#typedAt < TYPING_EVERY_MS) return
    this.#typedAt = now
    this.#connection.tell("typing", this.#room.slug)
  }

  async #earlier() {
    try {
      this.#log.earlier(await this.#request("earlier", this.#log.first))
    } catch (reason) {
      this.#note(reason instanceof Refused ? refusal(reason.code, reason.wait, "earlier") : "Waiting for signal. Try again in a moment.")
    }
    this.#render()
  }

  #chooseLight(light) {
    this.#light = light
    chooseLight(this.#storage, light)
    this.#join()
  }

  #togglePeople(shown = !this.classList.contains("room--people")) {
    this.classList.toggle("room--people", shown)
    part(this, "people").setAttribute("aria-expanded", shown)
  }

  #escape() {
    this.#togglePeople(false)
    this.querySelector("message-composer").focus()
  }

  // -- showing ----------------------------------------------------------------------

  #ticked() {
    const hours = this.#room.history_hours
    if (hours && this.#log.fade(Date.now() / 1000 - hours * 3600)) this.#render()
    this.#showWhisper()
  }

  #note(words) {
    const note = part(this, "note")
    tell(note, words)
    clearTimeout(this.#noting)
    this.#noting = setTimeout(() => tell(note, ""), NOTE_MS)
  }

  #showLine() {
    this.querySelector("line-state").show(this.#connection, this.#joined)
  }

  // A burst of events is shown once.
  #render() {
    if (this.#due !== null) return
    this.#due = setTimeout(() => {
      this.#due = null
      this.#show()
    }, 16)
  }

  #show() {
    const [log, mine, me, courier] = [this.#log, this.#mine, this.#me, this.#courier]
    const scene = { log, mine, me, entries: courier.entries, waiting: this.#waiting.lines(courier, log, mine) }
    this.querySelector("room-talk").show(scene)
    this.querySelector("room-presence").show(this.#people, this.#me, this.#light)
    part(this, "people").textContent = this.#light ? "Who is here" : hereWords(this.#people.count)
    this.#showWhisper()
  }

  // Not read out: it would talk over what is said.
  #showWhisper() {
    const words = this.#whisper.words(this.#people.typing.filter(who => who !== this.#me))
    const whisper = part(this, "whisper")
    if (whisper.textContent !== words) whisper.textContent = words
  }
}
