// Small help with the document.

export const find = (id) => document.getElementById(id);
export const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);

export function say(error) {
  find("partner").textContent = error.message;
}
