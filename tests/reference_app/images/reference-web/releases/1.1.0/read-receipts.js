// Under what I sent stands that it was read; what I see is read.

import { element } from "./page.js";

const mark = (shown) => shown.querySelector(".read") || shown.append(element("small", { className: "read", textContent: " · read" }));

export function start(conversation) {
  conversation.live.addEventListener("read", ({ detail }) => {
    if (detail.reader === conversation.partner?.id) document.querySelectorAll(".message.mine").forEach(mark);
  });
}

export function shown(conversation, message, item) {
  if (message.sender === conversation.me.id) {
    if (message.read_at) mark(item);
  } else if (!message.read_at) conversation.live.send("read", { sender: message.sender }).catch(() => {});
}
