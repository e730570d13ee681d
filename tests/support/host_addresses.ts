/** Addresses of this machine that another machine could reach. */
export async function hostAddresses(): Promise<string[]> {
  const { networkInterfaces } = await import("node:os");
  return Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address);
}
