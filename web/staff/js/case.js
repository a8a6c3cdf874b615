// One case: what others do to it shows at once; what is being written is left alone.

import { part } from "../../js/page.js"
import { keepAges } from "./ago.js"
import { Asking } from "./asking.js"
import { complaint, Replies } from "./replies.js"

const AGES_MS = 20000

export class Case {
  #root
  #id
  #events
  #asking

  constructor(root, { fetch, timers = globalThis } = {}) {
    this.#root = root
    this.#id = root.dataset.case
    this.#events = Number(root.dataset.events)
    this.#asking = new Asking(`/staff/cases/${this.#id}.json`, found => this.show(found), { fetch, timers })
    for (const form of root.querySelectorAll("[data-form]")) this.#prepare(form)
    const keep = () => {
      keepAges(root)
      timers.setTimeout(keep, AGES_MS)
    }
    keep()
  }

  get id() {
    return this.#id
  }

  // Called with news.
  changed() {
    this.#asking.changed()
  }

  show({ claimed, looking, events }) {
    part(this.#root, "claimed").textContent = claimed
    part(this.#root, "looking").textContent = looking
    part(this.#root, "changed").hidden = events === this.#events
  }

  #prepare(form) {
    const words = form.querySelector("textarea[name=words]")
    const check = () => words.setCustomValidity(complaint(words.value))
    words.addEventListener("input", check)
    check()
    if (form.querySelector("[data-canned]")) new Replies(form)
  }
}
