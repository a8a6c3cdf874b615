// <room-presence>: who is here, by name while the room is small enough.

import { badge } from "./badge.js"
import { nameOf } from "./names.js"
import { announce, empty, made, part } from "./page.js"

export class RoomPresence extends HTMLElement {
  #shown = ""

  connectedCallback() {
    const box = part(this, "light")
    box.onchange = () => announce(this, "light", box.checked)
  }

  show(people, me, light) {
    const state = JSON.stringify([people.present, people.count, me, light])
    if (state === this.#shown) return
    this.#shown = state
    part(this, "light").checked = light
    part(this, "count").textContent = light ? "On a slow line" : hereWords(people.count)
    const list = part(this, "list")
    empty(list)
    if (!light && people.listed) for (const each of ordered(people.present, me)) list.append(line(each, me))
  }
}

export function hereWords(count) {
  return count === 1 ? "1 here" : `${count} here`
}

function ordered(present, me) {
  const rank = ({ who, away }) => (who === me ? 0 : away ? 2 : 1)
  const name = ({ who }) => nameOf(who).words
  return present.sort((a, b) => rank(a) - rank(b) || name(a).localeCompare(name(b)))
}

function line({ who, away }, me) {
  const name = nameOf(who)
  const item = made("li", "", away ? "people__one people__one--away" : "people__one")
  item.append(badge(name), made("span", name.words))
  if (who === me) item.append(made("span", "you", "small"))
  else if (away) item.append(made("span", "away", "small"))
  return item
}
