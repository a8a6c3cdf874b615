// What of a member's writing is sent, and how long it is.

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

// What is sent of what was written: no control characters, no empty end.
export function textOf(written) {
  return written.replace(/\r\n?/g, "\n").replace(CONTROLS, " ").replace(/\s+$/, "")
}

// Code points, as the house counts them.
export function lengthOf(text) {
  return [...text].length
}
