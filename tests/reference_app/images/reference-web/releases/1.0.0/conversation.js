// One conversation between two people, kept current by what comes in live.

import { call, pictureAddress } from "./api.js";
import { features } from "./features.js";
import { element, find, say } from "./page.js";

export class Conversation {
  partner = null;

  constructor(me, live) {
    this.me = me;
    this.live = live;
    live.addEventListener("message", ({ detail }) => this.add(detail));
    live.addEventListener("connected", () => this.partner && this.open(this.partner));
    find("write").onsubmit = (event) => {
      event.preventDefault();
      const text = find("text");
      if (text.value.trim()) this.send({ text: text.value }).then(() => { text.value = ""; }, say);
    };
    find("picture").onchange = ({ target }) => this.sendPicture(target.files[0]).catch(say).finally(() => { target.value = ""; });
    for (const feature of features) feature.start?.(this);
  }

  async open(partner) {
    this.partner = partner;
    find("partner").textContent = partner.name;
    find("write").hidden = false;
    const messages = await call("GET", `/v1/messages?with=${partner.id}`);
    find("messages").replaceChildren();
    messages.forEach((message) => this.add(message));
    find("text").focus();
  }

  async send(content) {
    const answer = await this.live.send("message", { to: this.partner.id, ...content });
    if (answer.error) throw new Error(answer.error);
    this.add(answer.message);
  }

  async sendPicture(file) {
    if (!file) return;
    const form = new FormData();
    form.append("file", file);
    const { hash } = await call("POST", "/v1/files", form);
    await this.send({ picture: hash });
  }

  belongs({ sender, recipient }) {
    const pair = [sender, recipient];
    return this.partner && pair.includes(this.me.id) && pair.includes(this.partner.id);
  }

  add(message) {
    if (!this.belongs(message) || document.getElementById(message.id)) return;
    const mine = message.sender === this.me.id;
    const shown = element("li", { id: message.id, className: mine ? "message mine" : "message" });
    if (message.picture) shown.append(element("img", { src: pictureAddress(message.picture), alt: "A picture" }));
    if (message.text) shown.append(element("p", { textContent: message.text }));
    const at = new Date(message.created_at).toLocaleTimeString([], { timeStyle: "short" });
    shown.append(element("small", { textContent: at }));
    find("messages").append(shown);
    shown.scrollIntoView({ block: "end" });
    for (const feature of features) feature.shown?.(this, message, shown);
  }
}
