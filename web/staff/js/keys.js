// Keys for hands that know the queue. They can be switched off, and keep out of the way
// of whoever is writing, choosing, or holding another key down.

const WRITES = "input, textarea, select, [contenteditable]"

export class Keys {
  #root

  constructor(root) {
    this.#root = root
    document.addEventListener("keydown", event => this.#pressed(event))
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (event.target instanceof Element && event.target.closest(WRITES)) return
    const act = this.#acts[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  #acts = {
    j: () => this.#step(1),
    k: () => this.#step(-1),
    c: () => this.#take(),
    "?": () => this.#help()
  }

  get #links() {
    return [...this.#root.querySelectorAll("[data-cases] [data-why]")]
  }

  #step(by) {
    const links = this.#links
    const at = links.findIndex(link => link.closest("[data-case]").contains(document.activeElement))
    const next = at === -1 ? (by > 0 ? 0 : links.length - 1) : at + by
    if (links[next]) links[next].focus()
  }

  #take() {
    const row = document.activeElement && document.activeElement.closest("[data-case]")
    const form = row && row.querySelector("form")
    if (form && !form.hidden) form.requestSubmit()
  }

  #help() {
    const keys = this.#root.querySelector("[data-keys]")
    keys.open = !keys.open
    keys.querySelector("summary").focus()
  }
}
