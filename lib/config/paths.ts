/** Where owllm keeps things; absolute paths without a slash at the end. */
export interface OwllmPaths {
  readonly config: string;
  readonly state: string;
  readonly data: string;
  readonly cache: string;
}

/**
 * The directories of the XDG base directory specification, from the environment alone. As it
 * demands, a value that is not absolute counts as unset.
 */
export function xdgPaths(env: (name: string) => string | undefined, home: string): OwllmPaths {
  const base = (variable: string, fallback: string) => {
    const value = env(variable) ?? "";
    const root = value.startsWith("/") ? value : `${home}/${fallback}`;
    return `${root.replace(/\/+$/, "")}/owllm`;
  };
  return {
    config: base("XDG_CONFIG_HOME", ".config"),
    state: base("XDG_STATE_HOME", ".local/state"),
    data: base("XDG_DATA_HOME", ".local/share"),
    cache: base("XDG_CACHE_HOME", ".cache"),
  };
}

/** An absolute path: `~/` is the home, anything else relative is under `base`. */
export function absolutePath(path: string, base: string, home: string): string {
  const full = path === "~" || path.startsWith("~/")
    ? `${home}${path.slice(1)}`
    : path.startsWith("/")
    ? path
    : `${base}/${path}`;
  const parts: string[] = [];
  for (const part of full.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** A path as a person would write it: relative inside the working directory, else with `~`. */
export function displayPath(path: string, cwd: string, home: string): string {
  if (path.startsWith(`${cwd}/`)) return path.slice(cwd.length + 1);
  return home !== "" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The directory of a file. */
export function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
