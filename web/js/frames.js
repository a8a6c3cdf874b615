// Every frame on the wire, by its name. In the page a member (`who`) is a hex string:
// it can be compared, and be the key of a map.

import { pack, unpack } from "./wire.js"

export const SUBPROTOCOL = "porchlight.v1"

export const REACTIONS = ["with you", "me too", "thank you", "proud of you"]

const REQUESTS = {
  hello: 1, join: 2, leave: 3, say: 4, take_back: 5,
  react: 6, typing: 7, here: 8, name: 9, earlier: 10,
  report: 11, heed: 12, appeal: 13, bell: 14, raise: 15,
  withdraw: 16, call_back: 17, stay: 18, talk_more: 19, card: 20
}

const EVENTS = {
  32: ["welcome", "ref", "now", "beat", "repeat", "limit"],
  33: ["joined", "ref", "room", "epoch", "position", "whole", "more", "who", "people", "events"],
  34: ["done", "ref", "position", "at"],
  35: ["refused", "ref", "code", "wait", "why"],
  36: ["said", "room", "position", "at", "who", "text", "reply"],
  37: ["taken_back", "room", "position", "at", "target", "team"],
  38: ["reacted", "room", "position", "at", "who", "target", "reaction", "on"],
  39: ["presence", "room", "count", "changes", "typing"],
  40: ["named", "ref", "who", "free"],
  41: ["history", "ref", "room", "more", "events"],
  42: ["line", "up"],
  43: ["bye", "after"],
  44: ["start_over", "room", "epoch"],
  45: ["care", "room", "position", "grade"],
  46: ["notice", "room", "position", "what"],
  47: ["waiting", "ref", "id"],
  48: ["word", "token", "kind", "reason", "text", "until", "appealable", "room", "id"],
  49: ["controls", "room", "slow", "locked", "shield", "greeting"],
  50: ["need", "state", "talk", "alerted", "opened", "next", "round", "nobody", "callBackAt", "peers", "why"],
  51: ["stay", "minutes", "due"],
  52: ["card", "token", "room", "who", "state", "talk"],
  53: ["known", "everything"]
}

export function request(name, ...fields) {
  return pack([REQUESTS[name], ...fields])
}

// Returns the event that the bytes are, or null for a kind this page does not know yet.
export function read(bytes) {
  return named(unpack(bytes))
}

function named([kind, ...values]) {
  const names = EVENTS[kind]
  if (!names) return null
  const [name, ...fields] = names
  const event = { name }
  fields.forEach((field, i) => { event[field] = plain(field, values[i]) })
  return event
}

const PLAIN = {
  who: hex,
  token: hex,
  id: hex,
  reply: position => position || 0,
  events: events => events.map(named).filter(Boolean),
  typing: members => members.map(hex),
  peers: members => members.map(hex),
  changes: changes => changes.map(([who, state, announce]) => ({ who: hex(who), state, announce })),
  people: people => Array.isArray(people)
    ? people.map(([who, away]) => ({ who: hex(who), away }))
    : people
}

function plain(field, value) {
  return PLAIN[field] ? PLAIN[field](value) : value
}

export function hex(bytes) {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("")
}

export function bytesOf(text) {
  return Uint8Array.from(text.match(/../g) || [], pair => parseInt(pair, 16))
}
