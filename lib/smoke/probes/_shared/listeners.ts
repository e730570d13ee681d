/** State `LISTEN` in `/proc/net/tcp`. */
const LISTEN = "0A";

/** Addresses on which something listens at that port, out of the text of `/proc/net/tcp{,6}`. */
export function listenersAt(port: number, ...tables: readonly string[]): string[] {
  const addresses = tables.flatMap((table) =>
    table.split("\n").flatMap((line) => {
      const [, local = "", , state] = line.trim().split(/\s+/);
      const [address = "", hexPort = ""] = local.split(":");
      return state === LISTEN && parseInt(hexPort, 16) === port ? [addressOf(address)] : [];
    })
  );
  return [...new Set(addresses)];
}

/**
 * The same out of what `ss -ltn` or `netstat -an` print: both have the local address in the fourth
 * column, with a colon (Linux) or a dot (macOS) before the port.
 */
export function listenersInTable(port: number, text: string): string[] {
  const addresses = text.split("\n").flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    if (!columns.some((column) => column === "LISTEN")) return [];
    const [, address, ownPort] = /^(.*)[.:](\d+)$/.exec(columns[3] ?? "") ?? [];
    if (address === undefined || Number(ownPort) !== port) return [];
    return [plainAddress(address, columns[0] ?? "")];
  });
  return [...new Set(addresses)];
}

/** `[::1]` -> `::1`, `127.0.0.53%lo` -> `127.0.0.53`, `*` -> every address of that family. */
function plainAddress(address: string, protocol: string): string {
  if (address === "*") return protocol === "tcp4" ? "0.0.0.0" : "::";
  return address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
}

/** Whether only programs on this machine can reach the address. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address.startsWith("::ffff:127.");
}

/** The kernel writes each 32-bit word in the byte order of the machine, which is little-endian. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16))
  );
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.every((byte) => byte === 0)) return "::";
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) {
    return `::ffff:${bytes.slice(12).join(".")}`;
  }
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return "::1";
  const groups = Array.from(
    { length: 8 },
    (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return groups.join(":");
}
