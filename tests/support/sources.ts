/** Root of the repository, with a slash at its end. */
export const ROOT = new URL("../../", import.meta.url);

/** Every TypeScript file under a folder of the repository, with its path from the root. */
export async function* walkSources(
  folder: string,
): AsyncGenerator<{ readonly path: string; readonly text: string }> {
  for await (const entry of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walkSources(path);
    else if (entry.name.endsWith(".ts")) {
      yield { path, text: await Deno.readTextFile(new URL(path, ROOT)) };
    }
  }
}
