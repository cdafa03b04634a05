import { createHmac, timingSafeEqual } from "node:crypto";

const key = process.env.TOKEN_SECRET;

export function verify(header = "") {
  const [scheme, token] = header.split(" ");
  if (scheme !== "Bearer" || !token) return null;
  const [head, body, mark] = token.split(".");
  const wanted = createHmac("sha256", key).update(`${head}.${body}`).digest();
  const given = Buffer.from(mark ?? "", "base64url");
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  return claims.exp > Date.now() / 1000 ? { id: claims.sub, role: claims.role } : null;
}
