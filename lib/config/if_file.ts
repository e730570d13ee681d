import { messageOf } from "../core/mod.ts";
import { ConfigError } from "./problem.ts";

/**
 * The path when something is there, readable or not. What lies outside the grants is not there:
 * looking for a project's file must not need a grant for every directory above.
 */
export async function ifFile(path: string): Promise<string | undefined> {
  try {
    await Deno.stat(path);
    return path;
  } catch (error) {
    const { NotFound, NotADirectory, NotCapable, PermissionDenied } = Deno.errors;
    const absent = [NotFound, NotADirectory, NotCapable].some((type) => error instanceof type);
    if (absent) return undefined;
    // What may not be looked at is reported when it is read.
    if (error instanceof PermissionDenied) return path;
    throw new ConfigError([{ where: path, key: "", message: messageOf(error) }]);
  }
}
