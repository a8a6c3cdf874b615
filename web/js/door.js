// <house-door>: what everyone should know before the first room, said once a device.

import { announce, fades, part } from "./page.js"

export class HouseDoor extends HTMLElement {
  open({ hours }) {
    part(this, "fades").textContent = fades(hours)
    part(this, "understood").addEventListener("click", () => announce(this, "understood"))
  }
}
