// SHA-256. The browser's own is missing from pages served without TLS, as on a test
// machine or a village network, and the twelve words must work there too.

const PRIMES = primes(64)
const ROUNDS = PRIMES.map(prime => fraction(Math.cbrt(prime)))
const START = PRIMES.slice(0, 8).map(prime => fraction(Math.sqrt(prime)))

function primes(count) {
  const found = []
  for (let n = 2; found.length < count; n++) {
    if (found.every(prime => n % prime)) found.push(n)
  }
  return found
}

function fraction(root) {
  return Math.floor((root % 1) * 0x100000000) | 0
}

export function sha256(bytes) {
  const padded = pad(bytes)
  let state = START
  for (let at = 0; at < padded.length; at += 64) {
    state = compress(state, new DataView(padded.buffer, at, 64))
  }
  const view = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => view.setInt32(4 * i, word))
  return new Uint8Array(view.buffer)
}

function pad(bytes) {
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  new DataView(padded.buffer).setUint32(padded.length - 4, bytes.length * 8)
  return padded
}

function compress(state, block) {
  const words = schedule(block)
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i++) {
    const choose = (e & f) ^ (~e & g)
    const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choose + ROUNDS[i] + words[i]
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority
    ;[a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + state[i]) | 0)
}

function schedule(block) {
  const words = []
  for (let i = 0; i < 16; i++) words.push(block.getInt32(4 * i))
  for (let i = 16; i < 64; i++) {
    const [x, y] = [words[i - 15], words[i - 2]]
    const small = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)
    const large = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)
    words.push((words[i - 16] + small + words[i - 7] + large) | 0)
  }
  return words
}

function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits))
}
