// <staff-talk>: the private talk with somebody who needs it, as the peer has it.

import { MessageComposer } from "../../js/composer.js"
import { Refused } from "../../js/connection.js"
import { Conversation } from "../../js/conversation.js"
import { HelpLines } from "../../js/help.js"
import { LineState } from "../../js/line.js"
import { nameOf } from "../../js/names.js"
import { Outbox } from "../../js/outbox.js"
import { part, tell } from "../../js/page.js"
import { Storage } from "../../js/storage.js"
import { RoomTalk } from "../../js/talk.js"
import { Asking } from "./asking.js"
import { FirstLine } from "./firstline.js"
import { TalkLine } from "./talkline.js"

const SAID_KINDS = ["said", "taken_back"]

export class StaffTalk extends Conversation {
  #line
  #asking
  #firstLine
  #peers = []
  #mine = true
  #owed = ""
  #thinking = false  // is a moment being asked for?

  // Opens the talk that this page shows.
  begin({ line, root }) {
    const { need, room, me, peers, over } = this.dataset
    this.me = me
    this.#peers = peers ? peers.split(" ") : []
    this.#firstLine = new FirstLine(part(root, "first-line"))
    this.#asking = new Asking(`/staff/talks/${need}.json`, found => this.#standing(found))
    if (over) return
    this.#line = new TalkLine({ line, need, room })
    this.#open(room)
    this.#prepare(root)
    line.addEventListener("open", () => this.#asking.changed())
    line.addEventListener("need", ({ detail }) => { if (detail.id === need) this.#asking.changed() })
    this.#asking.now()
  }

  // What the house has drawn stays to be read until the line is there, and what could not
  // be sent goes where one writes.
  #open(room) {
    const session = new Storage(() => sessionStorage)
    const drawn = part(this, "past")
    drawn.removeAttribute("data-past")
    drawn.dataset.drawn = ""
    const kept = this.querySelector("textarea").value
    const place = { slug: room, history_hours: null }
    this.open({ room: place, roll: 0, connection: this.#line, storage: session, session, outbox: new Outbox(session) })
    part(this, "past").before(drawn)
    if (kept) this.#put(kept)
  }

  // Words to begin with are put where one writes, and never sent by themselves.
  #prepare(root) {
    for (const words of root.querySelectorAll("[data-suggests]")) words.hidden = false
    for (const button of root.querySelectorAll("[data-suggest]")) {
      button.addEventListener("click", () => this.#offer(button.textContent.trim()))
    }
    const moment = part(root, "moment")
    moment.addEventListener("click", () => this.#moment(moment.dataset.words))
  }

  get peers() {
    return this.#peers.filter(who => who !== this.me)
  }

  get alone() {
    return true
  }

  show() {
    super.show()
    if (!this.people.present.length) return
    const drawn = part(this, "drawn")
    if (drawn) drawn.remove()
    this.#showMember()
  }

  heard(event) {
    super.heard(event)
    if (event.name === "said" && event.who === this.me) this.#hasBegun()
    if (SAID_KINDS.includes(event.name)) this.#asking.changed()
  }

  say(what) {
    super.say(what)
    this.#hasBegun()
    this.#firstLine.stop()
  }

  // Whoever has begun needs no words to begin with.
  #hasBegun() {
    const openers = document.querySelector("[data-openers]")
    if (openers) openers.remove()
  }

  // Another has taken over, or the talk is over: what was said stays to be read.
  notLetIn() {
    this.#asking.changed()
  }

  // -- how it stands ------------------------------------------------------------------

  #standing({ mine, ends, free, peers, seconds, owed, words, changed }) {
    this.#peers = peers
    this.#setMine(mine)
    // Why a talk is over may be chosen still when its member has ended it.
    for (const part of document.querySelectorAll("[data-ends]")) part.hidden = !ends
    for (const part of document.querySelectorAll("[data-free]")) part.hidden = !free
    this.#owed = seconds === null ? "" : owed
    if (mine && seconds !== null) this.#firstLine.start(seconds, owed)
    else this.#firstLine.stop()
    part(document, "moment").hidden = false
    tell(part(document, "standing"), words)
    const news = document.querySelector("[data-changed]")
    news.hidden = news.dataset.was === changed
    this.render()
  }

  #setMine(mine) {
    if (mine === this.#mine) return
    this.#mine = mine
    this.querySelector("message-composer").hidden = !mine
    for (const part of document.querySelectorAll("[data-mine]")) part.hidden = !mine
    if (mine) this.joinAgain() // whose it is not is not let in, and asks no more
  }

  // Whoever is here and no peer is who the talk is for. Nobody has the same name in two
  // rooms, so that here they are called otherwise than where they pressed the button.
  #showMember() {
    const others = this.people.present.filter(({ who }) => who !== this.me && !this.#peers.includes(who))
    const place = document.querySelector("[data-member]")
    const words = others.length ? hereWords(others[0]) : place.dataset.gone
    if (place.textContent !== words) place.textContent = words
    place.classList.toggle("talk__member--here", others.length > 0)
  }

  // -- what one does --------------------------------------------------------------------

  #put(words) {
    this.querySelector("message-composer").restore(words)
  }

  #offer(words) {
    this.querySelector("message-composer").offer(words)
  }

  // A moment is no first line: only that keeps them from being left to others.
  async #moment(words) {
    this.#offer(words)
    if (this.#owed === "first") return this.note("Send a first line, so that they are not left to others.")
    if (this.#thinking) return
    this.#thinking = true
    try {
      await this.#line.request("moment")
      this.note("They are not left to others while you think. Tell them that you are there.")
      this.#asking.changed()
    } catch (reason) {
      if (!(reason instanceof Refused)) return
      if (reason.code === "moment_over") this.note("You had a moment. It is a line that keeps them with you now.")
      this.#asking.changed()
    } finally {
      this.#thinking = false
    }
  }
}

function hereWords({ who, away }) {
  return `Here now as ${nameOf(who).words}${away ? ", on another page" : ""}`
}

export function openTalk(root, line) {
  const elements = {
    "message-composer": MessageComposer,
    "line-state": LineState,
    "room-talk": RoomTalk,
    "help-lines": HelpLines,
    "staff-talk": StaffTalk
  }
  for (const [name, element] of Object.entries(elements)) customElements.define(name, element)
  root.querySelector("help-lines").open({ storage: new Storage(() => localStorage) })
  root.querySelector("staff-talk").begin({ line, root })
}
