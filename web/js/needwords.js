// What the page says about a need: the truth, in plain words.

import { nameOf } from "./names.js"

export const WISHES = [
  ["listen", "Somebody who listens"],
  ["think", "Think it through with me"],
  ["distract", "Take my mind off it"],
  ["information", "Information"]
]

export const SHARES = [
  ["alcohol", "Alcohol"], ["opioids", "Opioids"], ["stimulants", "Stimulants"],
  ["cannabis", "Cannabis"], ["prescription", "Prescribed medicines"], ["gambling", "Gambling"],
  ["grief", "Losing someone"], ["violence", "Living through violence"], ["parent", "Being a parent"],
  ["young", "Being young"], ["woman", "Being a woman"], ["man", "Being a man"],
  ["lgbtq", "Being LGBTQ+"], ["veteran", "Military service"], ["faith", "Faith"], ["other", "Something else"]
]

export const MOST_SHARES = 8
export const MOMENTS = ["I need a moment.", "Please go on."]

const GONE = {
  silent: "The peer who was with you has gone quiet.",
  let_go: "The peer who was with you had to go."
}
const THE_NEXT = "We are asking the next one. They can read what you wrote."
const AGAIN = "We have asked everybody once, and are asking again."
const THE_LINES = "Please use one of these lines, if you can. You can write to us meanwhile."

const UNASKED = {
  danger: "What you wrote sounded like danger, so we are asking a peer to come. You can say no.",
  stay: "You did not check in, so we are asking a peer to come. You can say no.",
  worry: "Somebody here worries about you, so we are asking a peer to come. You can say no."
}

const ENDS = {
  withdrew: "That is all right. The button is here whenever you want it, and nobody asks why.",
  accepted_and_spoke: "Thank you for talking with us. It is not easy. You can press again any time.",
  handed_over: "Thank you for talking with us. It is not easy. You can press again any time."
}

// By then somebody was to be called, and was not: something is wrong with the house.
const LATE_AFTER_SECONDS = 10
const LATE = "This takes longer than it should. Please use a help line meanwhile. We keep trying."

// What stands largest on the card.
export function headline({ state, news }) {
  if (state === "kept") return "Saved. We call as soon as there is signal."
  if (["asked", "raised", "offered"].includes(state)) {
    return news && news.nobody ? "None of us can be reached just now. We keep trying." : "We are finding someone for you."
  }
  if (state === "accepted" || state === "talking") return "Somebody is with you."
  if (state === "promised") return "We will call again."
  return state === "ended" ? "This talk is over." : "Do you need to talk?"
}

// What follows it, without what changes every second; [] when there is nothing to add.
export function story({ state, news, unasked }) {
  if (state === "kept") return ["Waiting for signal – keep this page open, or use a help line. It goes by itself."]
  if (state === "asked") return ["One moment…"]
  if (!state) return ["Press, and we call a peer: somebody who has been through it too. You need not say why."]
  if (state === "promised") return [`We call a peer for you ${whenWords(news.callBackAt)}. Come back to this page then: we cannot ring you. If you cannot wait, press again.`]
  if (state === "ended") return [ENDS[news.why] || "You can press again any time."]
  return [UNASKED[unasked] || "", ...(state === "accepted" || state === "talking" ? withYou(state, news) : calling(news))].filter(Boolean)
}

function withYou(state, { peers, why }) {
  const name = peers.length ? nameOf(peers[0]).words : "A peer"
  const beside = peers.slice(1).map(who => nameOf(who).words)
  const more = beside.length ? [`${beside.join(" and ")} ${beside.length === 1 ? "sits" : "sit"} in.`] : []
  if (state === "talking") return [`${name} is a peer, and is here for you.`, ...more]
  const first = why === "handed" ? `${name} is a peer, and takes over. They can read what you wrote.` : `${name} is a peer, and will write in a moment.`
  return [first, ...more]
}

function calling(news) {
  const { why, round, nobody } = news
  const gone = GONE[why] || ""
  if (nobody) return [gone, THE_LINES, news.alerted ? numbers(news) : ""]
  if (gone) return [`${gone} ${THE_NEXT}`, numbers(news)]
  return [round >= 2 ? AGAIN : "", numbers(news)]
}

function numbers({ alerted, opened }) {
  if (!alerted) return "Looking for who is awake…"
  const called = alerted === 1 ? "1 peer alerted" : `${alerted} peers alerted`
  return opened ? `${called} · ${opened} ${opened === 1 ? "has" : "have"} opened it` : called
}

// Counts down by itself; "" when nothing is to come.
export function nextWords({ state, news }, now = Date.now()) {
  if (!["raised", "offered"].includes(state) || news.next < 0) return ""
  if (secondsOver(news, now) > LATE_AFTER_SECONDS) return LATE
  const left = secondsLeft(news, now)
  if (left === 0) return "Next step now"
  const minutes = Math.floor(left / 60)
  return left < 100 ? `Next step in ${left} s` : `Next step in ${minutes} minute${minutes === 1 ? "" : "s"}`
}

export function secondsLeft({ next, heardAt }, now) {
  return Math.max(0, Math.ceil(next - (now - heardAt) / 1000))
}

function secondsOver({ next, heardAt }, now) {
  return (now - heardAt) / 1000 - next
}

// One line for the strip above every other page; "" when there is nothing to say.
export function stripWords(need) {
  const { state, news, unasked } = need
  if (unasked && need.isCalling) return UNASKED[unasked]
  if (state === "kept") return "Waiting for signal, to find someone for you."
  if (state === "asked") return "We are finding someone for you."
  if (need.isCalling) return news.nobody ? headline(need) : `We are finding someone for you. ${numbers(news)}`
  if (need.withPeer) return "Somebody is with you."
  return state === "promised" ? `We call a peer for you ${whenWords(news.callBackAt)}.` : ""
}

const CHOOSE = "We do not know one of these. Please choose again."
const LATER = "The house cannot do this just now. It goes by itself as soon as it can. Please use a help line meanwhile."
const REFUSALS = {
  unavailable: LATER,
  store_down: LATER,
  bad_call_back: "That time is over, or more than a week away. Please choose another.",
  bad_text: "That has characters which cannot be sent.",
  text_too_long: "That is too long. A few words are enough.",
  unknown_share: CHOOSE,
  unknown_wish: CHOOSE
}

// What was to be taken back or put off is over already: nobody need be told.
const QUIETLY = ["no_such_need", "need_over"]

// Why something asked about a need did not work, or null for what the rest of the page says.
export function needRefusal({ name, code }) {
  if (QUIETLY.includes(code) && name !== "raise") return ""
  return REFUSALS[code] === undefined ? null : REFUSALS[code]
}

// -- times ------------------------------------------------------------------------------

const A_DAY = 24 * 3600 * 1000
const FURTHEST = 7 * A_DAY
const SOON = 60 * 1000

export function timeWords(at) {
  return new Date(at).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" })
}

export function whenWords(at, now = Date.now()) {
  const days = Math.round((midnight(at) - midnight(now)) / A_DAY)
  const day = days === 0 ? "today" : days === 1 ? "tomorrow" : `on ${new Date(at).toLocaleDateString(undefined, { weekday: "long" })}`
  return `${day} at ${timeWords(at)}`
}

function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0)
}

// A few times that most would choose, in order.
export function timesToChoose(now = Date.now()) {
  const tomorrow = new Date(midnight(now)).setDate(new Date(now).getDate() + 1)
  const at = (day, hour) => new Date(day).setHours(hour, 0, 0, 0)
  const inAnHour = new Date(now + 3600000).setSeconds(0, 0)
  return [inAnHour, at(now, 20), at(tomorrow, 9), at(tomorrow, 18)]
    .filter((time, i) => i !== 1 || time > inAnHour)
}

export function mayCallAt(at, now = Date.now()) {
  return at > now + SOON && at <= now + FURTHEST
}

// As an <input type="datetime-local"> wants it.
export function localInput(at) {
  const here = new Date(at)
  const two = number => String(number).padStart(2, "0")
  return `${here.getFullYear()}-${two(here.getMonth() + 1)}-${two(here.getDate())}T${two(here.getHours())}:${two(here.getMinutes())}`
}
