// What has been said in one room, as far as this page knows: in order of position, each
// once, with its reactions. It also notices when something is missing.

export class Log {
  epoch = 0
  position = 0
  older = false          // may there be more before the first message?

  #messages = new Map()  // position → { position, at, who, text, reply }
  #reactions = new Map() // target → Map of "reaction who" → { position, on }
  #takenBack = new Set()
  #byTeam = new Map()    // position of what the room team took down → when it was said
  #breaks = new Set()    // positions after which something is missing
  #joining = false
  #held = []

  // Between asking to join and the answer, live events are kept: the answer may not
  // have them, and what it has comes before them.
  joining() {
    this.#joining = true
    this.#held = []
  }

  // Takes the answer in; returns what is to be done: "join" again, or nothing.
  joined({ epoch, position, whole, more, events }) {
    const known = this.epoch !== 0
    if (epoch !== this.epoch) this.#startOver(epoch)
    if (known && !whole) this.#breaks.add(this.position)
    if (this.position === 0) this.older = events.length > 0 && events[0].position > 1
    for (const event of events) this.#apply(event)
    this.position = position
    this.#joining = false
    return more ? "join" : this.#receiveHeld()
  }

  // Takes a live event in; returns "join" when something before it is missing.
  receive(event) {
    if (this.#joining) this.#held.push(event)
    else if (event.position > this.position + 1) return "join"
    else if (event.position === this.position + 1) {
      this.position = event.position
      this.#apply(event)
    }
    return null
  }

  // Older talk, asked for with the position of the first message.
  earlier({ more, events }) {
    this.older = more
    for (const event of events) this.#apply(event)
  }

  // Talk fades in the open page as it does in the house. Returns whether any did.
  fade(before) {
    const faded = [...this.#messages.values()].filter(({ at }) => at < before)
    for (const { position } of faded) this.#remove(position)
    for (const [position, at] of this.#byTeam) if (at < before) this.#byTeam.delete(position)
    return faded.length > 0
  }

  get messages() {
    return [...this.#messages.values()].sort((a, b) => a.position - b.position)
  }

  // Where the room team took away what one has read: nobody should wonder whether they
  // have dreamt it.
  get byTeam() {
    return [...this.#byTeam.keys()]
  }

  get first() {
    return Math.min(this.position + 1, ...this.#messages.keys())
  }

  message(position) {
    return this.#messages.get(position)
  }

  isBreak(after, before) {
    return [...this.#breaks].some(position => position >= after && position < before)
  }

  // Returns for each of the reactions who shows it.
  reactions(target, kinds = 4) {
    const shown = Array.from({ length: kinds }, () => [])
    for (const [key, { on }] of this.#reactions.get(target) || []) {
      const [reaction, who] = key.split(" ")
      if (on && shown[reaction]) shown[reaction].push(who)
    }
    return shown
  }

  #receiveHeld() {
    const held = this.#held
    this.#held = []
    return held.map(event => this.receive(event)).includes("join") ? "join" : null
  }

  #startOver(epoch) {
    this.epoch = epoch
    this.position = 0
    this.#messages.clear()
    this.#reactions.clear()
    this.#takenBack.clear()
    this.#byTeam.clear()
    this.#breaks.clear()
  }

  #apply(event) {
    if (event.name === "said") this.#said(event)
    else if (event.name === "taken_back") this.#takeBack(event)
    else if (event.name === "reacted") this.#reacted(event)
  }

  #said({ position, at, who, text, reply }) {
    if (this.#takenBack.has(position)) return
    this.#messages.set(position, { position, at, who, text, reply })
  }

  #takeBack({ target, team }) {
    const known = this.#messages.get(target)
    if (team && known) this.#byTeam.set(target, known.at)
    this.#remove(target)
  }

  #remove(target) {
    this.#takenBack.add(target)
    this.#messages.delete(target)
    this.#reactions.delete(target)
  }

  // Pages of older events come after newer ones: the later position decides.
  #reacted({ position, who, target, reaction, on }) {
    if (this.#takenBack.has(target)) return
    const known = this.#reactions.get(target) || new Map()
    const key = `${reaction} ${who}`
    const last = known.get(key)
    if (!last || last.position < position) known.set(key, { position, on })
    this.#reactions.set(target, known)
  }
}
