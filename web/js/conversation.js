// What a room and a private talk have in common: puts what is heard where it is shown,
// and sends what is said.

import { Calls } from "./calls.js"
import { Refused } from "./connection.js"
import { Courier } from "./courier.js"
import { isLight } from "./light.js"
import { Membership } from "./membership.js"
import { nameOf } from "./names.js"
import { aloud, announce, parts, part, tell } from "./page.js"
import { People } from "./people.js"
import { refusal } from "./plainly.js"
import { Waiting } from "./waiting.js"
import { Whisper } from "./whisper.js"

const TYPING_EVERY_MS = 3000
const TICK_MS = 2000
const NOTE_MS = 8000
const A_DAY = 24 // hours
const HIDDEN = "We hid part of this, so that nobody can find you by it."
const UNCHECKED = "We could not look for personal details in this. You can take it back."

export class Conversation extends HTMLElement {
  people = new People()
  me = ""

  #connection
  #room
  #roll
  #membership
  #courier
  #calls
  #mine = new Set()        // every `who` that was me since I came in
  #waiting = new Waiting()
  #remarks = new Map()     // "epoch position" → what is to be known about the message there
  #light = false
  #typedAt = 0
  #whisper = new Whisper()
  #due = null
  #tick = null
  #noting = null
  #listening = []

  open({ room, roll, connection, storage, session, outbox }) {
    part(this, "conversation").replaceWith(parts("conversation"))
    this.#connection = connection
    this.#room = room
    this.#roll = roll
    this.#light = isLight(storage)
    this.#membership = new Membership({ connection, room: room.slug, roll, light: this.#light })
    this.#courier = new Courier({ outbox, connection, room: room.slug })
    this.#calls = new Calls({ connection, room: room.slug, tell: (...words) => this.told(...words) })
    this.querySelector("message-composer").open({ room: room.slug, session, limit: connection.limit })
    this.#listen()
    this.#tick = setInterval(() => this.#ticked(), TICK_MS)
    this.#courier.carry()
    this.#showLine()
    this.render()
  }

  close() {
    for (const stop of this.#listening) stop()
    for (const timer of [this.#due, this.#tick, this.#noting]) clearTimeout(timer)
    this.#courier.close()
    this.#membership.leave()
  }

  get room() {
    return this.#room
  }

  get calls() {
    return this.#calls
  }

  get light() {
    return this.#light
  }

  set light(light) {
    this.#light = this.#membership.light = light
  }

  // Who of those here are peers, by their `who`.
  get peers() {
    return []
  }

  // May one ask somebody here to talk in private?
  get more() {
    return false
  }

  // Is what is said here for nobody but the two?
  get alone() {
    return false
  }

  on(target, name, act) {
    target.addEventListener(name, act)
    this.#listening.push(() => target.removeEventListener(name, act))
  }

  // Hears what the house tells about this room.
  hears(name, act) {
    this.on(this.#connection, name, ({ detail }) => { if (detail.room === this.#room.slug) act(detail) })
  }

  // Asks to be let in once more, under the next name or under the same.
  joinAgain(renamed = false) {
    if (renamed) this.#membership.roll = ++this.#roll
    else this.#membership.join()
  }

  // What the member does here, by the name that the elements announce it with.
  get acts() {
    return {
      "say": what => this.say(what),
      "too-long": () => this.note(refusal("text_too_long")),
      "writing": () => this.#writing(),
      "reply": ({ position }) => this.#reply(position),
      "react": what => this.#courier.send({ kind: "react", epoch: this.#log.epoch, ...what }),
      "take-back": what => this.#takeBack(what),
      "send-anyway": entry => this.#courier.sendAnyway(entry),
      "throw-away": entry => this.#courier.drop(entry),
      "change-it": entry => this.#change(entry),
      "earlier": () => this.#earlier(),
      "show-team": message => this.querySelector("report-form").show(message),
      "report": what => this.#calls.report(what),
      "report-closed": from => this.#backTo(from)
    }
  }

  // -- what is heard --------------------------------------------------------------

  #listen() {
    this.on(this.#connection, "open", () => this.#courier.resume())
    this.hears("presence", event => this.#presence(event))
    this.hears("notice", ({ position, what }) => { if (what === "unchecked") this.told(UNCHECKED, position) })
    this.on(this.#connection, "word", ({ detail }) => this.#courier.decided(detail))
    this.on(this.#membership, "change", () => this.#lineChanged())
    this.on(this.#membership, "joined", ({ detail }) => this.#joined(detail))
    this.on(this.#membership, "heard", ({ detail }) => this.heard(detail))
    this.on(this.#membership, "refused", ({ detail }) => this.notLetIn(detail))
    this.on(this.#courier, "change", () => this.render())
    this.on(this.#courier, "done", ({ detail }) => this.#done(detail))
    this.on(this.#courier, "refused", ({ detail }) => this.#refused(detail))
    for (const [name, act] of Object.entries(this.acts)) this.on(this, name, ({ detail }) => act(detail))
  }

  get #log() {
    return this.#membership.log
  }

  // -- what happened ----------------------------------------------------------------

  #lineChanged() {
    this.#showLine()
    if (this.#connection.up && this.#membership.joined) this.#courier.resume()
  }

  #joined({ who, people, epoch }) {
    this.me = who
    this.#mine.add(who)
    this.people.snapshot(people)
    this.#courier.startOver(epoch)
    this.render()
  }

  notLetIn(code) {
    announce(this, code.replace(/_/g, "-"))
  }

  heard(event) {
    if (event.name === "said") this.people.spoke(event.who)
    this.render()
  }

  #presence(event) {
    this.#whisper.came(this.people.change(event).filter(who => who !== this.me))
    this.render()
  }

  #done({ entry, position }) {
    if (entry.kind !== "take_back") this.#waiting.done(entry, position, this.#log.position)
    const said = this.#log.message(position)
    if (said && said.text !== entry.text) this.told(HIDDEN, position)
    this.render()
  }

  #refused({ entry, code, wait, why }) {
    if (code === "not_in_room") this.#membership.join()
    const words = refusal(code, wait, entry.kind, why)
    if (this.#courier.stateOf(entry) === "refused") aloud(words) // it stands beside the message
    else this.note(words)
    this.render()
  }

  // -- what the member does ---------------------------------------------------------

  say({ text, reply = 0 }) {
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
    if (this.#light || !this.#membership.joined || now - this.#typedAt < TYPING_EVERY_MS) return
    this.#typedAt = now
    this.#connection.tell("typing", this.#room.slug)
  }

  async #earlier() {
    try {
      this.#log.earlier(await this.#connection.request("earlier", this.#room.slug, this.#log.first))
      this.render()
    } catch (reason) {
      if (reason instanceof Refused) this.note(refusal(reason.code, reason.wait, "earlier"))
      else this.note("Waiting for signal. Try again in a moment.")
    }
  }

  #backTo(element) {
    (element && element.isConnected ? element : part(this, "scroll")).focus()
  }

  // -- showing ----------------------------------------------------------------------

  #ticked() {
    const hours = this.#room.history_hours
    const before = Date.now() / 1000 - (hours || A_DAY) * 3600
    this.#courier.fade(before)
    if (hours && this.#log.fade(before)) this.render()
    this.#showWhisper()
  }

  // Says something; with a position, it goes on standing beside the message there.
  told(words, position = 0) {
    if (!position) return this.note(words)
    this.#remarks.set(`${this.#log.epoch} ${position}`, words)
    aloud(words)
    this.render()
  }

  note(words) {
    const note = part(this, "note")
    tell(note, words)
    clearTimeout(this.#noting)
    this.#noting = setTimeout(() => tell(note, ""), NOTE_MS)
  }

  #showLine() {
    this.querySelector("line-state").show(this.#connection, this.#membership.joined)
  }

  // A burst of events is shown once.
  render() {
    if (this.#due !== null) return
    this.#due = setTimeout(() => {
      this.#due = null
      this.show()
    }, 16)
  }

  show() {
    const [log, mine, courier, remarks] = [this.#log, this.#mine, this.#courier, this.#remarks]
    const { me, peers, more, alone } = this
    const entries = this.#waiting.entries(courier, log)
    const waiting = this.#waiting.lines(courier, log, mine)
    this.querySelector("room-talk").show({ log, mine, me, peers, more, alone, entries, waiting, remarks })
    this.#showWhisper()
  }

  // Not read out: it would talk over what is said.
  #showWhisper() {
    const writing = this.people.typing.filter(who => who !== this.me)
    const words = this.#light ? "" : this.#whisper.words(writing)
    const whisper = part(this, "whisper")
    if (whisper.textContent !== words) whisper.textContent = words
  }
}
