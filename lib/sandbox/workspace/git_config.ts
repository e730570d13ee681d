/** One setting of a git configuration file. */
export interface GitSetting {
  /** Lower case. */
  readonly section: string;
  readonly subsection: string | undefined;
  /** Lower case. */
  readonly key: string;
  readonly value: string;
}

/**
 * What a copied repository keeps of its configuration: how it is stored, and the author's name.
 * Everything else can name a program (`core.fsmonitor`, `filter.*`, `alias.*`), another file
 * (`include.path`) or a secret (the URL of a remote).
 */
const HARMLESS =
  /^(?:core\.(?:repositoryformatversion|filemode|bare|ignorecase|precomposeunicode|symlinks|logallrefupdates|autocrlf|eol|safecrlf|quotepath|abbrev|sparsecheckout|sparsecheckoutcone)|extensions\.(?:objectformat|compatobjectformat|refstorage|noop)|index\.(?:sparse|version)|user\.(?:name|email)|branch\.(?:remote|merge|rebase)|i18n\.(?:commitencoding|logoutputencoding))$/;

/** What every git directory holds, whatever else its configuration says. */
const BARE_MINIMUM = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n";

/** A configuration without anything that git could act on. */
export function harmlessGitConfig(text: string): string {
  const kept = (parseGitConfig(text) ?? []).filter(isHarmless);
  if (!kept.some(({ key }) => key === "repositoryformatversion")) {
    return BARE_MINIMUM + kept.map(lineOf).join("");
  }
  return kept.map(lineOf).join("");
}

/** The settings of a configuration that are not known to be harmless, as `section.key`. */
export function harmfulSettings(text: string): readonly string[] {
  const settings = parseGitConfig(text);
  if (settings === undefined) return ["a line that cannot be read"];
  return settings.filter((one) => !isHarmless(one)).map(nameOf);
}

function isHarmless(setting: GitSetting): boolean {
  return HARMLESS.test(nameOf(setting));
}

function nameOf({ section, key }: GitSetting): string {
  return `${section}.${key}`;
}

function lineOf({ section, subsection, key, value }: GitSetting): string {
  const name = subsection === undefined ? "" : ` "${subsection.replaceAll(/["\\]/g, "\\$&")}"`;
  const text = value.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `[${section}${name}]\n\t${key} = "${text}"\n`;
}

const HEADER = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]/;
const SETTING = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=|(?=[\n#;]|$))/;

/** The settings of a file in order; undefined for one that git would refuse too. */
export function parseGitConfig(text: string): readonly GitSetting[] | undefined {
  const settings: GitSetting[] = [];
  let rest = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  let section: string | undefined;
  let subsection: string | undefined;
  const skip = (length: number) => rest = rest.slice(length);
  while (rest !== "") {
    const blank = /^(?:\s+|[#;][^\n]*)/.exec(rest);
    const header = HEADER.exec(rest);
    const setting = SETTING.exec(rest);
    if (blank !== null) skip(blank[0].length);
    else if (header !== null) {
      // `[section.sub]` is the old spelling of `[section "sub"]`.
      const [first = "", ...more] = (header[1] ?? "").toLowerCase().split(".");
      section = first;
      subsection = header[2]?.replaceAll(/\\(.)/g, "$1") ??
        (more.length > 0 ? more.join(".") : undefined);
      skip(header[0].length);
    } else if (setting !== null && section !== undefined) {
      skip(setting[0].length);
      const value = setting[0].endsWith("=") ? readValue(rest) : { value: "true", length: 0 };
      if (value === undefined) return undefined;
      skip(value.length);
      settings.push({
        section,
        subsection,
        key: (setting[1] ?? "").toLowerCase(),
        value: value.value,
      });
    } else return undefined;
  }
  return settings;
}

/** A value up to the end of its line: quotes, escapes, comments, and lines joined by a backslash. */
function readValue(text: string): { readonly value: string; readonly length: number } | undefined {
  let value = "";
  let quoted = false;
  let kept = 0; // Trailing blanks outside of quotes do not count.
  let at = 0;
  for (; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "\n") {
      if (quoted) return undefined;
      break;
    }
    if (char === '"') quoted = !quoted;
    else if (char === "\\") {
      const next = text[++at] ?? "";
      if (next === "\n") continue;
      const escaped = { n: "\n", t: "\t", b: "\b", '"': '"', "\\": "\\" }[next];
      if (escaped === undefined) return undefined;
      value += escaped;
    } else if (!quoted && (char === "#" || char === ";")) {
      while (at < text.length && text[at] !== "\n") at++;
      break;
    } else if (!quoted && value === "" && /\s/.test(char)) continue;
    else value += char;
    if (quoted || char === "\\" || !/\s/.test(char)) kept = value.length;
  }
  return quoted ? undefined : { value: value.slice(0, kept), length: at };
}
