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

const REFUSALS = {
  too_fast: "A little slower, please.",
  unavailable: "The house cannot do this just now. It goes by itself as soon as it can.",
  gone: "That message is no longer there.",
  not_yours: "Only who wrote a message can take it back.",
  text_too_long: "That is too long for one message.",
  bad_text: "That has characters which cannot be sent.",
  not_in_room: "Coming back into the room…"
}

const GOES_ON = {
  say: "Your message is kept, and goes by itself",
  name: "The next name comes",
  earlier: "Try again",
  other: "It goes by itself"
}

export function refusal(code, wait, kind = "") {
  const words = REFUSALS[code] || "That did not work."
  if (code !== "too_fast") return words
  return `${words} ${GOES_ON[kind] || GOES_ON.other} in ${wait} ${wait === 1 ? "second" : "seconds"}.`
}
