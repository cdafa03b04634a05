import { find } from "./database.js";
import { verify } from "./sign-in.js";
import { ask } from "./model.js";

export async function route(request, response, { release }) {
  const path = new URL(request.url, "http://internal").pathname;
  if (path === "/version") return send(response, 200, { commit: release });
  const user = verify(request.headers.authorization);
  if (!user) return send(response, 401, { error: { code: "sign_in" } });
  if (path === "/chat") return send(response, 200, { reply: await ask(user, request) });
  const row = await find(path, user.id);
  return row ? send(response, 200, row) : send(response, 404, { error: { code: "not_found" } });
}

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
