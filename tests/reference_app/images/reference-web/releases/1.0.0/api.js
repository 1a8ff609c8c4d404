// The REST half of the API.

export const config = await (await fetch("config.json")).json();
export const origin = config.api || location.origin;

let token = sessionStorage.getItem("token");

export const session = {
  get token() { return token; },
  set token(value) {
    token = value;
    if (value) sessionStorage.setItem("token", value);
    else sessionStorage.removeItem("token");
  },
};

export async function call(method, path, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const answer = await fetch(`${origin}/api${path}`, { method, headers, body });
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  const { detail } = content;
  const reason = Array.isArray(detail) ? detail.map((problem) => `${problem.loc.at(-1)}: ${problem.msg}`).join("; ") : detail;
  throw Object.assign(new Error(reason || `The API answered ${answer.status}.`), { status: answer.status });
}

export const pictureAddress = (hash) => `${origin}/api/v1/files/${hash}`;
