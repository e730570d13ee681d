/** What the drivers of graphics cards that compute leave in `/dev`; an integrated one has none. */
const DEVICES = ["/dev/nvidia0", "/dev/kfd", "/dev/dxg"] as const;

/** Whether this machine has a card that a model server could use; false where it cannot be seen. */
export async function hasGraphicsCard(): Promise<boolean> {
  const found = await Promise.all(DEVICES.map(exists));
  return found.includes(true);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false; // Not there, or not ours to see.
  }
}
