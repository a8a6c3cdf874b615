// The queue: rows that come, change and go while somebody looks at them.

import { part, tell } from "../../js/page.js"
import { ago, keepAges } from "./ago.js"

const GATHER_MS = 250
const AGES_MS = 20000

export class Queue {
  #root
  #list
  #template
  #fetch
  #timers
  #now
  #due = null
  #asking = false
  #again = false
  #urgent = null

  constructor(root, { fetch = globalThis.fetch.bind(globalThis), timers = globalThis, now = Date.now } = {}) {
    this.#root = root
    this.#list = part(root, "cases")
    this.#template = part(root, "row").content.firstElementChild
    this.#fetch = fetch
    this.#timers = timers
    this.#now = now
    this.#urgent = Number(this.#count("urgent").textContent)
    this.#keepAges()
  }

  // Called with news: what comes within a moment is one question.
  changed() {
    if (this.#due === null) this.#due = this.#timers.setTimeout(() => this.#ask(), GATHER_MS)
  }

  onurgent = () => {}

  async #ask() {
    this.#due = null
    if (this.#asking) {
      this.#again = true
      return
    }
    this.#asking = true
    try {
      const answer = await this.#fetch(this.#list.dataset.source, { headers: { accept: "application/json" } })
      if (answer.ok) this.show(await answer.json())
    } catch {
      // The line says that it is broken; when it is back, everything is asked again.
    }
    this.#asking = false
    if (this.#again) {
      this.#again = false
      this.changed()
    }
  }

  show({ cases, counts }) {
    this.#arrange(cases)
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

  // A row keeps its element, and whoever stands on one stays there when it moves.
  #arrange(cases) {
    const held = document.activeElement
    this.#place(cases)
    if (this.#list.contains(held)) held.focus({ preventScroll: true })
  }

  #place(cases) {
    const rows = new Map([...this.#list.children].map(row => [row.dataset.case, row]))
    let next = this.#list.firstElementChild
    for (const each of cases) {
      const row = rows.get(each.id) || this.#template.cloneNode(true)
      rows.delete(each.id)
      this.#fill(row, each)
      if (row === next) next = next.nextElementSibling
      else this.#list.insertBefore(row, next)
    }
    for (const row of rows.values()) this.#letGo(row)
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
    for (const name of ["room", "source", "claimed", "looking"]) part(row, name).textContent = each[name]
    const time = part(row, "opened")
    time.dataset.opened = each.opened_at
    time.textContent = ago(this.#now() / 1000 - each.opened_at)
    const form = row.querySelector("form")
    form.action = `/staff/cases/${each.id}/claim`
    form.hidden = !each.free
    row.classList.remove("case--gone")
  }

  // Whoever stands on a row that goes is taken to the next one.
  #letGo(row) {
    const held = row.contains(document.activeElement)
    const next = row.nextElementSibling || row.previousElementSibling
    row.remove()
    if (held && next) part(next, "why").focus()
  }

  #keepAges() {
    keepAges(this.#list, this.#now)
    this.#timers.setTimeout(() => this.#keepAges(), AGES_MS)
  }
}
