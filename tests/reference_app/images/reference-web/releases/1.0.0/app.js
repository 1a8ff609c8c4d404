// Who is at the door gets in; who is in sees who else is, writes, and keeps notes.

import { call, config, origin, session } from "./api.js";
import { Conversation } from "./conversation.js";
import { Live } from "./live.js";
import * as notes from "./notes.js";
import { element, find } from "./page.js";

let live;

function atTheDoor(reason = "") {
  live?.close();
  session.token = null;
  find("room").hidden = find("me").hidden = true;
  find("door").hidden = false;
  find("refusal").textContent = reason;
}

function enter(me) {
  find("door").hidden = true;
  find("room").hidden = find("me").hidden = false;
  find("my-name").textContent = me.name;
  live = new Live(origin, session.token);
  const conversation = new Conversation(me, live);
  const unread = new Set();
  let people = [];

  const showPeople = () => {
    find("alone").hidden = people.length > 0;
    find("people").replaceChildren(...people.map((person) => {
      const button = element("button", { textContent: person.name, type: "button" });
      button.className = unread.has(person.id) ? "new" : "";
      button.dataset.person = person.id;
      button.ariaCurrent = person.id === conversation.partner?.id;
      button.onclick = () => {
        unread.delete(person.id);
        conversation.open(person).then(showPeople);
      };
      const item = element("li");
      item.append(button);
      return item;
    }));
  };

  live.addEventListener("people", ({ detail }) => {
    people = detail.filter((person) => person.id !== me.id);
    showPeople();
  });
  live.addEventListener("message", ({ detail }) => {
    if (conversation.belongs(detail)) return;
    unread.add(detail.sender);
    showPeople();
  });
  live.addEventListener("connected", () => find("status").classList.add("connected"));
  live.addEventListener("disconnected", () => find("status").classList.remove("connected"));
  live.addEventListener("refused", () => atTheDoor("Please log in again."));
  notes.start();
}

find("enter").onsubmit = async (event) => {
  event.preventDefault();
  find("refusal").textContent = "";
  try {
    const given = { email: find("email").value, password: find("password").value };
    const { token, person } = await call("POST", `/v1/auth/${event.submitter?.value ?? "login"}`, given);
    session.token = token;
    enter(person);
  } catch (error) {
    find("refusal").textContent = error.message;
  }
};
find("leave").onclick = () => location.reload(atTheDoor());

find("page-version").textContent = config.version;
call("GET", "/version").then(({ version, schema }) => {
  find("api-version").textContent = version;
  find("schema").textContent = schema;
});
if (session.token) call("GET", "/v1/account").then(enter, () => atTheDoor());
else atTheDoor();
