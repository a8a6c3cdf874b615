// The need of whoever is at this device: what they have asked for, and how it stands.
//
// Events: "change" (anything looks different), "refused" { name, code, wait }.

import { Errands } from "./errands.js"

const KEY = "need"       // kept while there is one: "pressed", or why it is there
const SAID = "need.said" // what was said with it, for as long as this tab is open
const A_MINUTE = 60 * 1000
const DOUBT_MS = 30 * 1000
const CARE_MS = 3 * 60 * 1000
const UNASKED = ["danger", "stay", "worry"]
const NOTHING = { words: "", wish: "", shares: [] }

export class Need extends EventTarget {
  news = null       // what the house told last, with `heardAt`, in times of this device; null: it knows of none

  #connection
  #timers
  #storage
  #session
  #errands
  #now
  #language
  #fresh = false    // has it been told on this line?
  #sent = false     // has the house said yes, and not yet told how it stands?
  #doubting = null
  #dangerAt = 0
  #missed = () => false

  // `missed` tells whether a check-in was missed just now.
  constructor({ connection, storage, session, language = "", missed = () => false, now = Date.now, timers = globalThis }) {
    super()
    this.#connection = connection
    this.#timers = timers
    this.#storage = storage
    this.#session = session
    this.#language = language
    this.#missed = missed
    this.#now = now
    this.#errands = new Errands({ connection, storage, key: "need.asked", timers })
    this.#errands.addEventListener("change", () => this.#changed())
    this.#errands.addEventListener("done", ({ detail }) => { this.#sent = detail.name === "raise" && !this.isOpen })
    this.#errands.addEventListener("refused", ({ detail }) => this.#refused(detail))
    connection.addEventListener("need", ({ detail }) => this.#heard(detail))
    connection.addEventListener("open", () => this.#begins())
    connection.addEventListener("care", () => { this.#dangerAt = this.#now() })
    connection.addEventListener("state", () => this.#changed())
  }

  // Is there anything to hear about it, or to ask?
  get awaits() {
    return this.#errands.some || this.#storage.get(KEY) !== null
  }

  // How it stands: "" · "kept" (no line yet) · "asked" · "raised" · "offered" ·
  // "accepted" · "talking" · "promised" · "ended".
  get state() {
    const unknown = this.news === null && this.#storage.get(KEY) !== null
    const asked = this.#sent || this.#asks("raise") || unknown
    if (asked && !this.isOpen) return this.#connection.state === "open" ? "asked" : "kept"
    if (!this.news) return ""
    return this.news.state === "ended" && this.news.callBackAt ? "promised" : this.news.state
  }

  get isOpen() {
    return this.news !== null && this.news.state !== "ended"
  }

  get isCalling() {
    return ["kept", "asked", "raised", "offered"].includes(this.state)
  }

  get withPeer() {
    return ["accepted", "talking"].includes(this.state)
  }

  // What was asked last and has not been answered, if the line is to blame.
  get waitsForLine() {
    return this.#errands.some && this.#connection.state !== "open"
  }

  // Why there is one though nobody pressed here: "danger", "stay" or "worry".
  get unasked() {
    const why = this.#storage.get(KEY)
    return this.isOpen && UNASKED.includes(why) ? why : ""
  }

  get said() {
    try {
      return { ...NOTHING, ...JSON.parse(this.#session.get(SAID)) }
    } catch {
      return NOTHING
    }
  }

  // I need to talk. Pressed while somebody is being called already, nothing changes; in
  // a talk it says that one is waiting.
  press(room = "") {
    this.#storage.set(KEY, "pressed")
    if (!this.isOpen || this.state === "talking") this.#raise(room)
    else this.#changed()
  }

  // The same need, with more said.
  tell(said) {
    this.#session.set(SAID, JSON.stringify(said))
    this.#storage.set(KEY, "pressed")
    this.#raise("")
  }

  withdraw() {
    if (!this.news) this.#storage.remove(KEY)
    this.#errands.put("withdraw", [], ["raise", "withdraw", "call_back"])
  }

  // `at` is in milliseconds, as the clock of this device goes.
  callBack(at) {
    this.#errands.put("call_back", [Math.floor((at - this.#ahead) / 1000)])
  }

  // Nothing more comes with the welcome: what was not told again is over.
  none() {
    if (this.#fresh || this.#errands.some || this.#sent) return
    if (this.news) this.#doubting = this.#timers.setTimeout(() => this.#doubt(), DOUBT_MS)
    else this.#over()
  }

  // A new line has yet to tell: what was missing on the last one, or was awaited there,
  // means nothing.
  #begins() {
    this.#timers.clearTimeout(this.#doubting)
    this.#fresh = this.#sent = false
  }

  // An end is told for an hour, to a page that was away for less.
  #doubt() {
    if (!this.#fresh && this.isOpen && this.#connection.state === "open") {
      this.#heard({ ...this.news, state: "ended", why: "", callBackAt: 0 })
    }
  }

  // Somebody else begins on this device.
  forget() {
    this.#errands.forget()
    this.news = null
    this.#over()
    this.#changed()
  }

  #raise(room) {
    const { words, wish, shares } = this.said
    this.#connection.start()
    this.#errands.put("raise", [room, words, wish, shares.join(","), this.#language], ["raise", "withdraw"])
  }

  #heard(news) {
    this.#fresh = true
    if (!news.state) return this.#gone()
    const wasOpen = this.isOpen
    const callBackAt = news.callBackAt && news.callBackAt * 1000 + this.#ahead
    this.news = { ...news, callBackAt, heardAt: this.#now() }
    this.#sent = false
    if (!this.isOpen && !news.callBackAt) this.#over()
    else if (!wasOpen && this.isOpen) this.#begun()
    this.#changed()
  }

  // In whole minutes: what is promised for six is not shown as a minute before.
  get #ahead() {
    return Math.round(this.#connection.ahead / A_MINUTE) * A_MINUTE
  }

  #gone() {
    this.news = null
    this.#over()
    this.#changed()
  }

  // One that was not pressed for here is explained.
  #begun() {
    if (this.#storage.get(KEY) !== null) return
    const danger = this.#now() - this.#dangerAt < CARE_MS
    this.#storage.set(KEY, this.#missed() ? "stay" : danger ? "danger" : "worry")
  }

  #over() {
    this.#sent = false
    this.#session.remove(SAID)
    if (!this.#asks("raise")) this.#storage.remove(KEY)
  }

  #asks(name) {
    return this.#errands.waiting.some(each => each.name === name)
  }

  // Whatever was wrong with what they said: that they need to talk goes out.
  #refused(detail) {
    const { name, fields: [, ...said], wait } = detail
    if (name === "raise" && !wait && said.slice(0, 3).some(Boolean)) {
      this.#session.remove(SAID)
      if (!this.isOpen) this.#raise("")
    }
    this.#emit("refused", detail)
    this.#changed()
  }

  #changed() {
    this.#emit("change")
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}
