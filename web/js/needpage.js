// <need-page>: how it stands with one's need, and the talk that comes of it.

import { TalkPage } from "./talkpage.js"

const EMPTY = "You can write the first words now. Whoever comes will read them."

export class NeedPage extends TalkPage {
  #need
  #listening = () => this.refresh()

  // `opened` is { need, stay, connection, storage, session, outbox, back, unheard }.
  open(opened) {
    this.#need = opened.need
    this.querySelector("need-card").open(opened)
    opened.need.addEventListener("change", this.#listening)
    super.open({ ...opened, empty: EMPTY })
  }

  close() {
    this.#need.removeEventListener("change", this.#listening)
    this.querySelector("need-card").close()
    super.close()
  }

  get goesOn() {
    return this.#need.awaits
  }

  refresh() {
    const { news, isOpen, withPeer } = this.#need
    this.classList.toggle("room--answered", withPeer)
    this.showTalk({
      slug: news ? news.talk : "",
      over: !isOpen,
      answered: withPeer,
      peers: news ? news.peers : []
    })
  }
}
