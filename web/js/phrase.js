// The secret as twelve words to write on paper (BIP39): 128 bits and 4 bits of checksum
// are twelve numbers of 11 bits, each a word of a list of 2,048.

import { sha256 } from "./sha256.js"

export class NotTwelveWords extends Error {}
export class UnknownWord extends Error {}
export class WrongWords extends Error {}

export function wordsOf(secret, list) {
  const bits = bitsOf(secret) + checksum(secret)
  return bits.match(/.{11}/g).map(number => list[parseInt(number, 2)])
}

// Throws NotTwelveWords, UnknownWord (its message is the word) or WrongWords.
export function secretOf(phrase, list) {
  const words = phrase.normalize("NFKD").toLowerCase().match(/[a-z]+/g) || []
  if (words.length !== 12) throw new NotTwelveWords(String(words.length))
  const bits = words.map(word => numberOf(word, list).toString(2).padStart(11, "0")).join("")
  const secret = Uint8Array.from(bits.slice(0, 128).match(/.{8}/g), byte => parseInt(byte, 2))
  if (checksum(secret) !== bits.slice(128)) throw new WrongWords()
  return secret
}

// The first four letters tell the words of the list apart, so a hasty hand is forgiven.
function numberOf(word, list) {
  const exact = list.indexOf(word)
  if (exact >= 0) return exact
  const near = word.length >= 4 ? list.filter(each => each.startsWith(word)) : []
  if (near.length !== 1) throw new UnknownWord(word)
  return list.indexOf(near[0])
}

function checksum(secret) {
  return bitsOf(sha256(secret)).slice(0, 4)
}

function bitsOf(bytes) {
  return Array.from(bytes, byte => byte.toString(2).padStart(8, "0")).join("")
}
