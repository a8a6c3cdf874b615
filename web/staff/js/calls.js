// The calls page: who needs somebody, and who has come, as it changes.

import { part } from "../../js/page.js"
import { ago, keepAges } from "./ago.js"
import { Asking } from "./asking.js"
import { fillTexts, Rows } from "./rows.js"

const AGES_MS = 20000
const MAYBE = ["wish", "shares", "shared"]

// What calls one is opened only where somebody can see it: a page behind others, or of a
// phone in a pocket, still learns how it stands.
export function looked(page = document) {
  return page.hidden ? "" : "?seen=yes"
}

export class Calls {
  #root
  #asking
  #lists
  #mates
  #timers
  #now
  #waiting

  constructor(root, { speaker, fetch, timers = globalThis, now = Date.now }) {
    this.#root = root
    this.#timers = timers
    this.#now = now
    this.#asking = new Asking("/staff/calls.json", found => this.show(found), { fetch, timers, more: looked })
    const template = part(root, "template").content.firstElementChild
    const lists = [...root.querySelectorAll("[data-list]")]
    this.#lists = lists.map(list => [list.dataset.list, new Rows(list, template, (row, each) => this.#fill(row, each))])
    this.#waiting = this.#count("waiting")
    this.#mates = matesOf(root)
    this.#keepAges()
    document.addEventListener("visibilitychange", () => { if (looked()) this.#asking.now() })
    const sound = part(root, "try-sound")
    sound.hidden = false
    sound.addEventListener("click", async () => {
      await speaker.wake()
      speaker.call()
    })
  }

  // Called with news.
  changed() {
    this.#asking.changed()
  }

  show({ lists, notices, mates }) {
    if (this.#mates) this.#mates(mates)
    for (const notice of this.#root.querySelectorAll("[data-notice]")) {
      notice.hidden = !notices.includes(notice.dataset.notice)
    }
    for (const [name, rows] of this.#lists) {
      rows.show(lists[name])
      const section = this.#root.querySelector(`[data-section="${name}"]`)
      const empty = part(section, "empty")
      if (empty) empty.hidden = lists[name].length > 0
      else section.hidden = lists[name].length === 0
    }
    this.#tell(lists.waiting.length)
  }

  #tell(waiting) {
    if (waiting === this.#waiting) return
    this.#waiting = waiting
    part(this.#root, "news").textContent = waiting === 1 ? "1 person is waiting." : `${waiting || "No"} people are waiting.`
  }

  #count(name) {
    return this.#root.querySelector(`[data-list="${name}"]`).children.length
  }

  #fill(row, each) {
    row.dataset.grade = each.grade_key
    part(row, "drill").hidden = !each.drill
    const grade = part(row, "grade-words")
    grade.textContent = each.grade
    grade.dataset.grade = each.grade_key
    fillTexts(row, each, ["name", "room", "by", "words", ...MAYBE])
    part(row, "words").hidden = !each.words
    for (const name of MAYBE) part(row, `${name}-line`).hidden = !each[name]
    const time = part(row, "opened")
    time.dataset.opened = each.raised_at
    time.textContent = ago(this.#now() / 1000 - each.raised_at)
    this.#fillDoings(row, each)
  }

  #fillDoings(row, each) {
    const open = part(row, "open")
    open.href = `/staff/talks/${each.id}`
    open.hidden = !each.may_open || each.asked
    const shown = { accept: each.may_accept, "take-over": each.asked, decline: each.asked, join: each.may_join }
    for (const form of row.querySelectorAll("[data-do]")) {
      const doing = form.dataset.do
      form.action = `/staff/${doing === "accept" ? "calls" : "talks"}/${each.id}/${doing}`
      form.hidden = !shown[doing]
    }
  }

  #keepAges() {
    keepAges(this.#root, this.#now)
    this.#timers.setTimeout(() => this.#keepAges(), AGES_MS)
  }
}

// Who could be called is for coordinators only.
function matesOf(root) {
  const list = root.querySelector("[data-mates]")
  if (!list) return null
  const template = part(root, "mate").content.firstElementChild
  const rows = new Rows(list, template, (row, mate) => fillTexts(row, mate, ["name", "kind", "reach"]))
  return mates => {
    list.closest("section").hidden = mates.length === 0
    rows.show(mates)
  }
}
