// What private talks leave on this device: what still waits to be sent there, and what
// was begun and not sent. It is wiped when a talk has been over for an hour.

const KEY = "talks"
const BEGINNING = "talk-"
const DRAFT = `draft.${BEGINNING}`
const AN_HOUR = 3600 * 1000

export class Traces {
  #storage
  #session
  #outbox
  #now

  constructor({ storage, session, outbox, now = Date.now }) {
    this.#storage = storage
    this.#session = session
    this.#outbox = outbox
    this.#now = now
  }

  begun(slug) {
    if (slug && this.#all[slug] !== 0) this.#keep({ ...this.#all, [slug]: 0 })
  }

  over(slug) {
    if (this.#all[slug] === 0) this.#keep({ ...this.#all, [slug]: this.#now() })
  }

  // None but these talks go on.
  only(slugs) {
    for (const slug of Object.keys(this.#all)) if (!slugs.includes(slug)) this.over(slug)
  }

  sweep() {
    const all = this.#all
    const kept = Object.keys(all).filter(slug => !all[slug] || Math.abs(this.#now() - all[slug]) < AN_HOUR)
    this.#keep(Object.fromEntries(kept.map(slug => [slug, all[slug]])))
    for (const slug of this.#outbox.rooms(true)) if (isTalk(slug) && !kept.includes(slug)) this.#empty(slug)
    for (const key of this.#session.keys(DRAFT)) if (!kept.includes(key.slice("draft.".length))) this.#session.remove(key)
  }

  #empty(slug) {
    for (const { id } of this.#outbox.entries(slug)) this.#outbox.remove(id)
  }

  get #all() {
    try {
      return JSON.parse(this.#storage.get(KEY)) || {}
    } catch {
      return {}
    }
  }

  #keep(talks) {
    if (Object.keys(talks).length) this.#storage.set(KEY, JSON.stringify(talks))
    else this.#storage.remove(KEY)
  }
}

function isTalk(slug) {
  return slug.startsWith(BEGINNING)
}
