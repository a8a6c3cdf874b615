// The queue: rows that come, change and go while somebody looks at them.

import { part } from "../../js/page.js"
import { ago, keepAges } from "./ago.js"
import { Asking } from "./asking.js"
import { fillTexts, Rows } from "./rows.js"

const AGES_MS = 20000

export class Queue {
  #root
  #list
  #rows
  #asking
  #timers
  #now
  #urgent = null

  constructor(root, { fetch, timers = globalThis, now = Date.now } = {}) {
    this.#root = root
    this.#list = part(root, "cases")
    const template = part(root, "template").content.firstElementChild
    this.#rows = new Rows(this.#list, template, (row, each) => this.#fill(row, each))
    this.#asking = new Asking(this.#list.dataset.source, found => this.show(found), { fetch, timers })
    this.#timers = timers
    this.#now = now
    this.#urgent = Number(this.#count("urgent").textContent)
    this.#keepAges()
  }

  // Called with news.
  changed() {
    this.#asking.changed()
  }

  onurgent = () => {}

  show({ cases, counts }) {
    this.#rows.show(cases)
    for (const [queue, count] of Object.entries(counts)) this.#tellCount(queue, count)
    part(this.#root, "empty").hidden = cases.length > 0
    if (counts.urgent > this.#urgent) this.#callOut(counts.urgent - this.#urgent)
    this.#urgent = counts.urgent
  }

  #callOut(more) {
    part(this.#root, "news").textContent = more === 1 ? "One more urgent case." : `${more} more urgent cases.`
    this.onurgent(more)
  }

  #tellCount(queue, count) {
    const place = this.#count(queue)
    if (place) place.textContent = count || ""
  }

  #count(queue) {
    return this.#root.querySelector(`[data-count="${queue}"]`)
  }

  #fill(row, each) {
    row.dataset.case = each.id
    row.dataset.grade = each.grade
    const why = part(row, "why")
    why.textContent = each.why
    why.href = `/staff/cases/${each.id}`
    const grade = part(row, "grade-words")
    grade.textContent = each.grade
    grade.dataset.grade = each.grade
    fillTexts(row, each, ["room", "source", "claimed", "looking"])
    const time = part(row, "opened")
    time.dataset.opened = each.opened_at
    time.textContent = ago(this.#now() / 1000 - each.opened_at)
    const form = row.querySelector("form")
    form.action = `/staff/cases/${each.id}/claim`
    form.hidden = !each.free
    row.classList.remove("case--gone")
  }

  #keepAges() {
    keepAges(this.#list, this.#now)
    this.#timers.setTimeout(() => this.#keepAges(), AGES_MS)
  }
}
