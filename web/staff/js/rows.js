// A list whose rows come, change and go while somebody looks at them.

export class Rows {
  #list
  #template
  #fill

  // `fill` puts what is known of something into a row.
  constructor(list, template, fill) {
    this.#list = list
    this.#template = template
    this.#fill = fill
  }

  // A row keeps its element, and whoever stands on one stays there when it moves.
  show(all) {
    const held = document.activeElement
    this.#place(all)
    if (this.#list.contains(held)) held.focus({ preventScroll: true })
  }

  #place(all) {
    const rows = new Map([...this.#list.children].map(row => [row.dataset.row, row]))
    let next = this.#list.firstElementChild
    for (const each of all) {
      const row = rows.get(each.id) || this.#template.cloneNode(true)
      rows.delete(each.id)
      row.dataset.row = each.id
      this.#fill(row, each)
      if (row === next) next = next.nextElementSibling
      else this.#list.insertBefore(row, next)
    }
    for (const row of rows.values()) this.#letGo(row)
  }

  // Whoever stands on a row that goes is taken to the next one.
  #letGo(row) {
    const held = row.contains(document.activeElement)
    const next = row.nextElementSibling || row.previousElementSibling
    row.remove()
    if (held && next) next.querySelector("a, button").focus()
  }
}

// Puts text where a row has its places, and nothing where there is none.
export function fillTexts(row, each, names) {
  for (const name of names) {
    const place = row.querySelector(`[data-${name}]`)
    if (place.textContent !== String(each[name])) place.textContent = each[name]
  }
}
