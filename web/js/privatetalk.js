// <private-talk>: what a member and a peer, or two members, say to each other alone.

import { Conversation } from "./conversation.js"
import { MOMENTS } from "./needwords.js"
import { act } from "./message.js"
import { announce, part } from "./page.js"

const AGAIN_AFTER_MS = 3000
const HOURS = 24 * 7

export class PrivateTalk extends Conversation {
  #over = false
  #known = []
  #unheard
  #again = null

  // `slug` is the room's; `empty` is what stands there before anything is said; `unheard` is called when something is said and nobody looks.
  open({ slug, unheard, ...opened }) {
    const room = { slug, name: "", history_hours: HOURS }
    super.open({ ...opened, room, roll: 0 })
    this.#unheard = unheard
    this.querySelector("care-card").open(opened)
    this.hears("care", ({ grade }) => this.querySelector("care-card").show(grade))
    part(this, "bell").hidden = true
    part(this, "empty").textContent = opened.empty
    for (const words of MOMENTS) part(this, "moments").append(act(words, "chip chip--tall", () => this.say({ text: words })))
  }

  close() {
    clearTimeout(this.#again)
    super.close()
  }

  get slug() {
    return this.room.slug
  }

  get peers() {
    return this.#known
  }

  get alone() {
    return true
  }

  // Who was one once stays one: their words are a peer's.
  set peers(peers) {
    const fresh = peers.filter(who => !this.#known.includes(who))
    if (!fresh.length) return
    this.#known = [...this.#known, ...fresh]
    this.render()
  }

  // May ready-made lines be sent: is there somebody to read them?
  set answered(answered) {
    part(this, "moments").hidden = !answered
  }

  // Nothing more is said; what was said can be read for a while.
  end() {
    this.#over = true
    this.querySelector("message-composer").hidden = true
    this.answered = false
  }

  // What was put off has come. Meanwhile everybody may have been sent out.
  goOn() {
    if (!this.#over) return
    this.#over = false
    this.querySelector("message-composer").hidden = false
    this.joinAgain()
  }

  heard(event) {
    super.heard(event)
    if (event.name === "said" && event.who !== this.me && !this.isConnected) this.#unheard()
  }

  // A talk that is over is gone some time; one that is just beginning may be a moment late.
  notLetIn(code) {
    if (code === "name_taken") this.joinAgain(true)
    else if (code !== "no_such_room") super.notLetIn(code)
    else if (this.#over) announce(this, "talk-gone")
    else this.#again = setTimeout(() => this.joinAgain(), AGAIN_AFTER_MS)
  }
}
