// How long to wait before dialling again, and what a close code asks of the page.

const FIRST_DELAY = 1000
const LONGEST_DELAY = 30000
const FULL_DELAY = 30000

// Half of the delay is random, so that a village that lost its mast does not come
// back all at once.
export function delay(attempts, random = Math.random()) {
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempts)
  return longest / 2 + (longest / 2) * random
}

// A full house is not helped by being asked again soon.
export function delayWhenFull(random = Math.random()) {
  return FULL_DELAY + FULL_DELAY * random
}

const FLOOD = 4201
const FAULTS_OF_OURS = [1002, 1003, 1007, 1009]

// "resume": come back now-ish · "later": come back in a minute · "stop": do not.
export function afterClose(code) {
  if (code === FLOOD || (code >= 4100 && code < 4200)) return "later"
  if (FAULTS_OF_OURS.includes(code) || (code >= 4200 && code < 4300)) return "stop"
  return "resume"
}
