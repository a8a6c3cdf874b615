// What the page says about the line and about refusals: kindly, and in plain words.

const LINES = {
  resting: ["Not connected", "bad"],
  dialling: ["Connecting…", "wait"],
  waiting: ["Waiting for signal – what you write is kept on this phone", "bad"],
  restarting: ["The house is restarting – back in a moment", "wait"],
  full: ["The house is full – trying again in a minute", "bad"],
  stopped: ["Something is wrong with this page – please reload it", "bad"]
}

// Returns the words, and whether all is "good", one should "wait", or it is "bad".
export function lineWords({ state, up }, joined) {
  if (state !== "open") return LINES[state]
  if (!joined) return ["Catching up…", "wait"]
  if (!up) return ["The house cannot hear the other rooms just now – what you write is kept", "wait"]
  return ["Connected", "good"]
}

const BROKEN = "Something is wrong with this page. Please reload it."

const REFUSALS = {
  too_fast: "A little slower, please.",
  unavailable: "The house cannot do this just now. It goes by itself as soon as it can.",
  gone: "That message is no longer there.",
  not_yours: "Only who wrote a message can take it back.",
  text_too_long: "That is too long for one message.",
  bad_text: "That has characters which cannot be sent.",
  not_in_room: "Coming back into the room…",
  no_such_room: "There is no such room.",
  too_many_rooms: "That is more rooms than one can follow. Please leave one first.",
  name_taken: "Somebody here has that name just now. Please take another.",
  bad_frame: BROKEN,
  unknown_request: BROKEN,
  hello_first: BROKEN,
  bad_secret: "The secret of this device cannot be used. Under “This device” you can forget it, and begin anew.",
  blocked: "That cannot be said here. You can say it in other words.",
  read_first: "Please read what the room team says first. It stands above.",
  suspended: "You can read here, and not speak for now. What the room team said stands above.",
  not_released: "The room team did not let this into the room.",
  removed: "The room team has asked you not to come in any more.",
  room_locked: "The room team has closed this room for a while. You can read along.",
  store_down: "The room team's book is closed just now. Please try again in a while.",
  no_appeal: "Nobody can look at that again.",
  not_here: "They are not in this room just now.",
  bad_call_back: "Please choose a time from now on, and within a week.",
  unknown_share: "We do not know one of these. Please choose again.",
  no_such_need: "Nobody is being asked just now. Press again if you need somebody.",
  need_over: "This talk is over. You can press again whenever you need somebody.",
  card_to_oneself: "That was you, under another name.",
  appealed_already: "You have asked already. Another moderator will look at it."
}

// Why it cannot be said, by the concern: what is wanted instead comes with it.
const BLOCKED = {
  abuse: "That sounds like an attack on somebody here. Say what you feel, not what they are.",
  hate: "Nobody is put down here for who they are.",
  threat: "Threats cannot be said here.",
  encourage_harm: "Telling somebody to hurt themselves cannot be said here.",
  sexual: "Sexual talk to others cannot be said here.",
  doxxing: "Nobody's life outside is spoken of here.",
  drug_sourcing: "Asking for drugs cannot be said here. You can say that you are craving.",
  drug_sale: "Nothing is sold here.",
  promo_vice: "Nothing that people here struggle with is advertised here.",
  scam: "Asking for money, or offering it, cannot be said here.",
  proselytising: "Every path is fine here. Say what helped you, without asking others to join.",
  spam: "That was said too often, or looks like advertising."
}

// What may be said later as it stands; the rest is for its author to change.
const LATER = ["read_first", "suspended", "room_locked"]

export function mayBeSaidLater(code) {
  return LATER.includes(code)
}

const TEAM = {
  nudge: "A friendly word from the room team",
  taken_down: "The room team took a message of yours down",
  released: "The room team let your message into the room",
  not_released: "The room team did not let your message into the room",
  warning: "A warning from the room team. Please read it before you speak again",
  slow: "The room team asks you to speak more slowly",
  held: "The room team reads your messages first, for a while",
  suspended: "The room team asks you to stop speaking for a while. You can read along",
  removed: "The room team has asked you not to come in any more",
  upheld: "Another moderator looked at it again, and it stands",
  overturned: "Another moderator looked at it again, and took it back"
}

const WEEK_MS = 6 * 24 * 3600 * 1000

export function teamWords(kind) {
  return TEAM[kind] || "A word from the room team"
}

export function plainUntil(seconds, now = Date.now()) {
  const moment = new Date(seconds * 1000)
  const time = { hour: "numeric", minute: "2-digit" }
  if (moment.toDateString() === new Date(now).toDateString()) {
    return `Until ${moment.toLocaleTimeString(undefined, time)} today.`
  }
  const day = seconds * 1000 - now < WEEK_MS ? { weekday: "long" } : { weekday: "long", day: "numeric", month: "long" }
  return `Until ${moment.toLocaleString(undefined, { ...day, ...time })}.`
}

// How the room team holds a room, or nothing.
export function controlWords({ slow, locked, shield, greeting }) {
  const words = []
  if (greeting) words.push(greeting)
  if (locked) words.push(REFUSALS.room_locked)
  else if (slow) words.push(`The room is in slow mode: one message in ${slow} seconds.`)
  if (shield) words.push("The room team reads what newcomers say first.")
  return words.join(" ")
}

const GOES_ON = {
  say: "Your message is kept, and goes by itself",
  name: "The next name comes",
  earlier: "Try again",
  other: "It goes by itself"
}

export function refusal(code, wait, kind = "", why = "") {
  const words = (code === "blocked" && BLOCKED[why]) || REFUSALS[code] || "That did not work."
  if (code !== "too_fast") return words
  return `${words} ${GOES_ON[kind] || GOES_ON.other} in ${wait} ${wait === 1 ? "second" : "seconds"}.`
}
