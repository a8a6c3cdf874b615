// <room-talk>: what is said in the room, oldest first, and what still waits here.
//
// What was said before one came is in a list of its own, outside the live region:
// nobody wants fifty old messages read out at once.

import { act, fillMessage, makeDivider, makeMessage, quoteOf } from "./message.js"
import { announce, made, part } from "./page.js"
import { mayBeSaidLater, refusal } from "./plainly.js"
import { withMine } from "./waiting.js"

const NEAR_END = 60
const ASKS = {
  old: ["This is a while ago, and may not have arrived.", "Send it now", "send-anyway"],
  held: ["The room team reads this first. You will see it when it is in the room."]
}

export class RoomTalk extends HTMLElement {
  #items = new Map() // key → element
  #following = true
  #unread = 0
  #epoch = 0
  #boundary = 0      // the position up to which talk is "before one came"
  #lastSeen = 0
  #first = Infinity
  #top = 0           // where one was when the page last looked

  connectedCallback() {
    const scroll = part(this, "scroll")
    scroll.onscroll = () => this.#scrolled()
    part(this, "new").onclick = () => this.toEnd()
    part(this, "earlier").onclick = () => announce(this, "earlier")
    // The keyboard of a phone takes half the room away.
    if (window.ResizeObserver) new ResizeObserver(() => this.#keepEnd()).observe(scroll)
  }

  // `scene` is { log, entries, waiting, mine, me, peers, more, alone }.
  show(scene) {
    this.#look()
    const { log } = scene
    const messages = log.messages
    const fromEnd = this.#fromEnd()
    if (log.epoch !== this.#epoch) this.#begin(log)
    const first = messages.length ? messages[0].position : Infinity
    const older = first < this.#first && this.#first !== Infinity
    this.#first = first
    this.#fill(messages, scene)
    part(this, "earlier").hidden = !log.older
    part(this, "empty").hidden = messages.length > 0 || scene.waiting.length > 0 || !log.epoch
    this.#settle(messages, scene, older ? fromEnd : null)
  }

  #begin({ epoch, position }) {
    this.#epoch = epoch
    this.#boundary = position
    this.#lastSeen = position
    this.#first = Infinity
  }

  toEnd() {
    const scroll = part(this, "scroll")
    scroll.scrollTop = scroll.scrollHeight
    this.#following = true
    this.#scrolled()
  }

  #fill(messages, scene) {
    const rows = rowsOf(messages, scene)
    const past = rows.filter(row => row.position <= this.#boundary)
    const live = rows.filter(row => row.position > this.#boundary)
    const waiting = scene.waiting.map(each => waitingRow(each, scene))
    const used = new Set()
    this.#place(part(this, "past"), past, used)
    this.#place(part(this, "live"), live, used)
    this.#place(part(this, "waiting"), waiting, used)
    for (const key of this.#items.keys()) if (!used.has(key)) this.#items.delete(key)
  }

  // Makes the list's children these rows. What stays is not moved: a message that is
  // put in again would be read out again, and lose the keyboard's focus.
  #place(list, rows, used) {
    const items = rows.map(row => this.#item(row))
    const wanted = new Set(items)
    for (const item of [...list.children]) if (!wanted.has(item)) item.remove()
    let next = list.firstChild
    for (const item of items) {
      if (item === next) next = next.nextSibling
      else list.insertBefore(item, next)
    }
    for (const { key } of rows) used.add(key)
  }

  #item(row) {
    const known = this.#items.get(row.key)
    if (known) {
      if (row.view) fillMessage(known, row.view)
      if (row.entry) fillAsks(known, row)
      if (row.words && known.textContent !== row.words) known.textContent = row.words
      return known
    }
    const item = row.view ? makeMessage(row.view) : makeDivider(row)
    if (row.entry) fillAsks(item, row)
    this.#items.set(row.key, item)
    return item
  }

  // Who reads back is left in peace, and told that there is something new.
  #settle(messages, { mine }, fromEnd) {
    const last = messages.length ? messages[messages.length - 1].position : 0
    const fresh = messages.filter(({ position, who }) => position > this.#lastSeen && !mine.has(who))
    if (fromEnd !== null) this.#restore(fromEnd)
    else if (this.#following) this.toEnd()
    else this.#unread += fresh.length
    this.#lastSeen = Math.max(this.#lastSeen, last)
    this.#showNew()
  }

  #fromEnd() {
    const { scrollHeight, scrollTop } = part(this, "scroll")
    return scrollHeight - scrollTop
  }

  #restore(fromEnd) {
    const scroll = part(this, "scroll")
    scroll.scrollTop = scroll.scrollHeight - fromEnd
  }

  // One may have begun to read back, and the page has not been told of it yet.
  #look() {
    if (part(this, "scroll").scrollTop !== this.#top) this.#scrolled()
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = part(this, "scroll")
    this.#top = scrollTop
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR_END
    if (this.#following) this.#unread = 0
    this.#showNew()
  }

  #keepEnd() {
    this.#look()
    if (this.#following) this.toEnd()
  }

  #showNew() {
    const button = part(this, "new")
    button.hidden = this.#unread === 0
    button.textContent = this.#unread === 1 ? "1 new message" : `${this.#unread} new messages`
  }
}

// Messages, with a line wherever a new day begins or something is missing.
function rowsOf(messages, scene) {
  const rows = []
  let after = 0
  let day = ""
  const taken = scene.log.byTeam
  for (const message of messages) {
    const { position, at } = message
    rows.push(...takenRow(taken, after, position))
    const today = dayOf(at)
    if (scene.log.isBreak(after, position)) rows.push(missing(position))
    if (today !== day) rows.push({ key: `day ${today}`, position, words: today, className: "divider" })
    rows.push(messageRow(message, scene))
    after = position
    day = today
  }
  rows.push(...takenRow(taken, after, Infinity))
  if (scene.log.isBreak(after, scene.log.position + 1)) rows.push(missing(scene.log.position))
  return rows
}

// What the room team took down between two messages is one line, however much it was.
function takenRow(taken, after, before) {
  const here = taken.filter(position => position > after && position < before)
  if (!here.length) return []
  const what = here.length === 1 ? "a message" : `${here.length} messages`
  const position = Math.min(...here)
  return [{ key: `taken ${position}`, position, words: `The room team took ${what} down`, className: "divider" }]
}

function missing(position) {
  const words = "Some of what was said here is missing"
  return { key: `missing ${position}`, position, words, className: "divider divider--missing" }
}

function messageRow(message, { log, entries, mine, me, peers, more, alone, remarks }) {
  const { position, reply } = message
  const own = mine.has(message.who)
  const view = {
    message,
    mine: own,
    peer: peers.includes(message.who),
    more: more && !own,
    mark: "said",
    alone,
    reactions: withMine(log.reactions(position), position, entries, me),
    me,
    quote: reply ? quoteOf(log.message(reply)) : "",
    remark: remarks.get(`${log.epoch} ${position}`) || ""
  }
  return { key: `${log.epoch} ${position}`, position, view }
}

function waitingRow({ entry, state }, { log, me, alone }) {
  const { id, at, text, reply } = entry
  const message = { at: Math.floor(at / 1000), who: me, text, position: 0 }
  const quote = reply ? quoteOf(log.message(reply)) : ""
  const view = { message, mine: true, peer: false, mark: state, alone, reactions: [], me, quote }
  return { key: `waiting ${id}`, view, entry, state }
}

// An old or refused message asks its author what to do.
function fillAsks(item, { entry, state }) {
  const asks = [state, entry.code].join()
  if (item.asks === asks) return
  item.asks = asks
  const last = item.querySelector(".message__asks")
  if (last) last.remove()
  if (ask(entry, state)) part(item, "shown").after(question(item, entry, state))
}

// Why it was refused stays beside it, for as long as its author needs.
function ask(entry, state) {
  if (state !== "refused") return ASKS[state]
  const words = refusal(entry.code, 0, "say", entry.why)
  return mayBeSaidLater(entry.code) ? [words, "Try again", "send-anyway"] : [words, "Change it", "change-it"]
}

function question(item, entry, state) {
  const [words, yes, event] = ask(entry, state)
  const line = made("p", `${words} `, "message__asks")
  if (yes) line.append(
    act(yes, "button button--small", () => announce(item, event, entry)), " ",
    act("Throw it away", "button button--small button--quiet", () => announce(item, "throw-away", entry))
  )
  return line
}

function dayOf(at) {
  const day = new Date(at * 1000)
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 86400000)
  if (days === 0) return "Today"
  if (days === 1) return "Yesterday"
  return day.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" })
}
