import { createServer } from "node:http";
import { route } from "./routes.js";
import { report } from "./errors.js";

const port = Number(process.env.PORT ?? 8080);
const release = process.env.RELEASE_COMMIT;

createServer(async (request, response) => {
  try {
    await route(request, response, { release });
  } catch (error) {
    report(error, request);
    response.writeHead(500, { "content-type": "application/json" });
    response.end('{"error":{"code":"internal_error"}}');
  }
}).listen(port);
