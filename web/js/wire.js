// MessagePack, as much of it as the protocol uses: integers, booleans, nil, text, bytes,
// arrays. What it writes is byte for byte what the server would write.

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true })

export function pack(value) {
  const out = []
  write(out, value)
  return Uint8Array.from(out)
}

function write(out, value) {
  if (typeof value === "number") writeInteger(out, value)
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2)
  else if (typeof value === "string") writeText(out, encoder.encode(value))
  else if (value instanceof Uint8Array) writeBytes(out, value)
  else if (Array.isArray(value)) writeArray(out, value)
  else if (value === null) out.push(0xc0)
  else throw new TypeError("no such thing in the protocol")
}

function writeInteger(out, value) {
  if (!Number.isSafeInteger(value)) throw new TypeError("not an integer")
  if (value < 0) writeNegative(out, value)
  else if (value < 0x80) out.push(value)
  else if (value < 0x100) out.push(0xcc, value)
  else if (value < 0x10000) out.push(0xcd, ...bigEndian(value, 2))
  else if (value < 0x100000000) out.push(0xce, ...bigEndian(value, 4))
  else out.push(0xcf, ...bigEndian(value, 8))
}

function writeNegative(out, value) {
  if (value >= -0x20) out.push(value & 0xff)
  else if (value >= -0x80) out.push(0xd0, value & 0xff)
  else if (value >= -0x8000) out.push(0xd1, ...bigEndian(value & 0xffff, 2))
  else if (value >= -0x80000000) out.push(0xd2, ...bigEndian(value >>> 0, 4))
  else throw new TypeError("too small")
}

function writeText(out, bytes) {
  if (bytes.length < 0x20) out.push(0xa0 | bytes.length)
  else if (bytes.length < 0x100) out.push(0xd9, bytes.length)
  else out.push(0xda, ...bigEndian(bytes.length, 2))
  append(out, bytes)
}

function writeBytes(out, bytes) {
  if (bytes.length < 0x100) out.push(0xc4, bytes.length)
  else out.push(0xc5, ...bigEndian(bytes.length, 2))
  append(out, bytes)
}

function writeArray(out, values) {
  if (values.length < 0x10) out.push(0x90 | values.length)
  else out.push(0xdc, ...bigEndian(values.length, 2))
  for (const value of values) write(out, value)
}

function append(out, bytes) {
  if (bytes.length > 0xffff) throw new TypeError("too long")
  for (const byte of bytes) out.push(byte)
}

function bigEndian(value, length) {
  const bytes = []
  for (let i = 0; i < length; i++) {
    bytes.unshift(value % 0x100)
    value = Math.floor(value / 0x100)
  }
  return bytes
}

// Returns the one value that the bytes are; anything else is an error.
export function unpack(bytes) {
  const reader = new Reader(bytes)
  const value = reader.value()
  if (!reader.finished) throw new RangeError("bytes left over")
  return value
}

class Reader {
  #bytes
  #view
  #at = 0

  constructor(bytes) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get finished() {
    return this.#at === this.#bytes.length
  }

  value() {
    const tag = this.#unsigned(1)
    if (tag < 0x80) return tag
    if (tag >= 0xe0) return tag - 0x100
    if (tag >= 0xa0 && tag < 0xc0) return this.#text(tag & 0x1f)
    if (tag >= 0x90 && tag < 0xa0) return this.#array(tag & 0x0f)
    return this.#tagged(tag)
  }

  #tagged(tag) {
    switch (tag) {
      case 0xc0: return null
      case 0xc2: return false
      case 0xc3: return true
      case 0xc4: return this.#take(this.#unsigned(1))
      case 0xc5: return this.#take(this.#unsigned(2))
      case 0xcc: return this.#unsigned(1)
      case 0xcd: return this.#unsigned(2)
      case 0xce: return this.#unsigned(4)
      case 0xcf: return this.#unsigned(4) * 0x100000000 + this.#unsigned(4)
      case 0xd0: return this.#signed(1)
      case 0xd1: return this.#signed(2)
      case 0xd2: return this.#signed(4)
      case 0xd9: return this.#text(this.#unsigned(1))
      case 0xda: return this.#text(this.#unsigned(2))
      case 0xdc: return this.#array(this.#unsigned(2))
      default: throw new TypeError("no such thing in the protocol")
    }
  }

  #unsigned(length) {
    const bytes = this.#take(length)
    return bytes.reduce((value, byte) => value * 0x100 + byte, 0)
  }

  #signed(length) {
    const value = this.#unsigned(length)
    const range = 2 ** (8 * length)
    return value < range / 2 ? value : value - range
  }

  #text(length) {
    return decoder.decode(this.#take(length))
  }

  #array(length) {
    const values = []
    for (let i = 0; i < length; i++) values.push(this.value())
    return values
  }

  #take(length) {
    if (this.#at + length > this.#view.byteLength) throw new RangeError("bytes missing")
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return bytes
  }
}
