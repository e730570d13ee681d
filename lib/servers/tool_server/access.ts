import { createHash, timingSafeEqual } from "node:crypto";
import { Rejection } from "./rejection.ts";

/**
 * Refuses what a web page could send: a name of a host that is not ours is DNS rebinding, and an
 * `Origin` or a `Sec-Fetch-Site` is a browser.
 *
 * @throws {@linkcode Rejection} 421 or 403
 */
export function demandLocalProgram({ headers }: Request, port: number): void {
  const host = headers.get("host") ?? "";
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    throw new Rejection({
      status: 421,
      code: "denied",
      message: `This server is not called ${JSON.stringify(host.slice(0, 100))}`,
      fix: `Ask http://127.0.0.1:${port}`,
    });
  }
  if (headers.has("origin") || headers.has("sec-fetch-site")) {
    throw new Rejection({
      status: 403,
      code: "denied",
      message: "A web page may not call tools",
      fix: "Call from a program that sends no Origin",
    });
  }
}

/** @throws {@linkcode Rejection} 401 unless the request bears the token */
export function demandToken({ headers }: Request, token: string): void {
  const given = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  // Digests have one length, so that the comparison tells nothing, not even how long the token is.
  if (timingSafeEqual(digest(given), digest(token))) return;
  throw new Rejection({
    status: 401,
    code: "denied",
    message: given === "" ? "There is no token" : "The token is not this server's",
    fix: "Send the header Authorization: Bearer TOKEN; the server printed it at its start",
    headers: { "www-authenticate": "Bearer" },
  });
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
