// Notes of one's own, found again by what they are about.

import { call } from "./api.js";
import { element, find, say } from "./page.js";

export async function show() {
  const wanted = find("search").value.trim();
  const notes = await call("GET", wanted ? `/v1/notes/similar?text=${encodeURIComponent(wanted)}` : "/v1/notes");
  find("notes").replaceChildren(...notes.map((note) => {
    const remove = element("button", { className: "quiet", textContent: "Forget", type: "button" });
    remove.onclick = () => call("DELETE", `/v1/notes/${note.id}`).then(show, say);
    const item = element("li");
    item.append(element("span", { textContent: note.text }), remove);
    return item;
  }));
}

export function start() {
  find("note").onsubmit = async (event) => {
    event.preventDefault();
    await call("POST", "/v1/notes", { text: find("note-text").value }).catch(say);
    find("note-text").value = "";
    find("search").value = "";
    await show();
  };
  find("search").oninput = () => show().catch(say);
  show().catch(say);
}
