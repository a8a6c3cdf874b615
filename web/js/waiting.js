// One's own words and signs that the house has not confirmed, or not yet let one hear.

export class Waiting {
  #settled = new Map() // position → what I did there, not yet heard
  #claimed = new Set() // positions of what I did

  // The house has it, at that position.
  done(entry, position, heard) {
    this.#claimed.add(position)
    if (position > heard) this.#settled.set(position, entry)
  }

  // What the house does not have, or one has not heard of.
  entries(courier, log) {
    this.#hear(log)
    return [...this.#settled.values(), ...courier.entries]
  }

  // What is to be shown below the talk, as [{ entry, state }].
  lines(courier, log, mine) {
    this.#hear(log)
    const waiting = stillWaiting(said(courier.entries), log.messages, mine, this.#claimed)
    return [
      ...said([...this.#settled.values()]).map(entry => ({ entry, state: "said" })),
      ...waiting.map(entry => ({ entry, state: courier.stateOf(entry) }))
    ]
  }

  // A history that began anew has other messages in the places of those one answered.
  #hear(log) {
    for (const [position, { kind, epoch }] of this.#settled) {
      if (position <= log.position || (kind === "react" && epoch !== log.epoch)) this.#settled.delete(position)
    }
  }
}

function said(entries) {
  return entries.filter(({ kind }) => kind === "say")
}

// The house may let one hear one's own message before it answers that it has it; for
// that moment the two are told to be one by their text. `claimed` are the positions
// that answers have named already.
export function stillWaiting(entries, messages, mine, claimed) {
  const unclaimed = messages.filter(({ who, position }) => mine.has(who) && !claimed.has(position))
  return entries.filter(entry => {
    const at = unclaimed.findIndex(message => isThat(message, entry))
    if (at >= 0) unclaimed.splice(at, 1)
    return at < 0
  })
}

function isThat(message, { text, reply, after }) {
  return message.text === text && message.reply === reply && message.position > after
}

// Reactions as they will be once what is under way has arrived.
export function withMine(reactions, target, entries, me) {
  return reactions.map((whos, reaction) => {
    const mine = entries.filter(entry =>
      entry.kind === "react" && entry.target === target && entry.reaction === reaction)
    if (!mine.length) return whos
    const others = whos.filter(who => who !== me)
    return mine[mine.length - 1].on ? [...others, me] : others
  })
}
