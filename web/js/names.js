// A member's pseudonym, from the five bytes of `who`: two words, a colour and a shape.
// The last two bytes only tell namesakes apart.

import { bytesOf } from "./frames.js"
import { FIRST, SECOND } from "./words.js"

export const COLOURS = ["moss", "sea", "sky", "plum", "rose", "clay", "sand", "slate"]

export const SHAPES = [
  "circle", "square", "triangle", "diamond", "hexagon", "star", "leaf", "drop"
]

export function nameOf(who) {
  const [first, second, look] = bytesOf(who)
  return {
    words: `${FIRST[first]} ${SECOND[second]}`,
    colour: COLOURS[look & 7],
    shape: SHAPES[(look >> 3) & 7]
  }
}
