// One message on the page. Its text is only ever text.

import { badge } from "./badge.js"
import { REACTIONS } from "./frames.js"
import { nameOf } from "./names.js"
import { announce, copy, empty, made, part, tell } from "./page.js"

const MARKS = { kept: "on this phone", sent: "on its way", said: "in the room", slow: "goes in a moment", held: "with the room team", refused: "not in the room" }
const MARKS_ALONE = { ...MARKS, said: "sent", refused: "not sent" }
const QUOTE = 90

// `view` is { message, mine, mark, alone, peer, reactions, me, quote, more }; `alone`: does no
// room read it? `more`: may one ask whoever said it to talk in private?
export function makeMessage(view) {
  const { message, mine } = view
  const item = copy("message")
  const name = nameOf(message.who)
  part(item, "badge").append(badge(name))
  part(item, "name").textContent = mine ? "You" : name.words
  part(item, "more-words").textContent = mine ? "More for your message" : `Answer ${name.words}`
  part(item, "text").textContent = message.text
  item.classList.toggle("message--mine", mine)
  part(item, "more").onclick = () => toggleActs(item)
  fillMessage(item, view)
  return item
}

// Brings an item up to date, touching only what looks different.
export function fillMessage(item, view) {
  const state = JSON.stringify(view)
  if (item.state === state) return
  item.state = state
  item.view = view
  fillTime(part(item, "time"), view.message.at)
  part(item, "mark").textContent = view.mine ? markOf(view) : view.peer ? "peer" : ""
  part(item, "mark").classList.toggle("message__mark--peer", view.peer)
  part(item, "more").hidden = !view.message.position
  tell(part(item, "quote"), view.quote)
  tell(part(item, "remark"), view.remark)
  fillShown(item, view)
  if (!part(item, "acts").hidden) fillActs(item)
}

export function markOf({ mark, alone }) {
  return (alone ? MARKS_ALONE : MARKS)[mark] || ""
}

export function quoteOf(message) {
  if (!message) return "to an earlier message"
  const points = [...message.text.replace(/\s+/g, " ")]
  const text = points.length > QUOTE ? `${points.slice(0, QUOTE).join("")}…` : points.join("")
  return `to ${nameOf(message.who).words}: ${text}`
}

function fillTime(time, at) {
  const moment = new Date(at * 1000)
  time.dateTime = moment.toISOString()
  time.textContent = moment.toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" })
}

// The reactions somebody has shown, with how many.
function fillShown(item, { message, reactions, me }) {
  const shown = part(item, "shown")
  empty(shown)
  reactions.forEach((whos, reaction) => {
    if (whos.length) shown.append(chip(item, message, reaction, whos, me))
  })
}

function chip(item, { position }, reaction, whos, me) {
  const pressed = whos.includes(me)
  const button = act(`${REACTIONS[reaction]} ${whos.length}`, "chip", () =>
    announce(item, "react", { target: position, reaction, on: !pressed }))
  button.setAttribute("aria-pressed", pressed)
  return button
}

function toggleActs(item) {
  const acts = part(item, "acts")
  acts.hidden = !acts.hidden
  part(item, "more").setAttribute("aria-expanded", !acts.hidden)
  if (acts.hidden) return
  fillActs(item)
  acts.scrollIntoView({ block: "nearest" })
}

function fillActs(item) {
  const { message, mine, reactions, me } = item.view
  const acts = part(item, "acts")
  empty(acts)
  acts.append(closing(item, "Reply", "reply", { position: message.position }))
  REACTIONS.forEach((words, reaction) => {
    if (reactions[reaction].includes(me)) return
    const detail = { target: message.position, reaction, on: true }
    acts.append(closing(item, words, "react", detail))
  })
  if (!mine) acts.append(closing(item, "Show the room team", "show-team", message))
  if (item.view.more) acts.append(closing(item, "Ask to talk in private", "talk-more", message))
  if (mine) acts.append(closing(item, "Take back", "take-back", { target: message.position }))
}

// What has been chosen closes the choice, and the keyboard stays where it was.
function closing(item, words, name, detail) {
  return act(words, "button button--small button--quiet", () => {
    toggleActs(item)
    part(item, "more").focus()
    announce(item, name, detail)
  })
}

export function act(words, className, onclick) {
  const button = made("button", words, className)
  button.type = "button"
  button.onclick = onclick
  return button
}

// A line between messages.
export function makeDivider({ words, className }) {
  return made("li", words, className)
}
