import type { Call } from "../call.ts";
import { refused } from "../session.ts";
import { isSecretPath } from "../secrets.ts";
import { resolvePath } from "../paths.ts";
import type { Arg } from "../values.ts";
import { known, taintOf } from "../values.ts";

/** Calls that remove trees or overwrite devices, in the common script languages. */
const DESTROYS =
  /\brmtree\s*\(|\brm_rf?\b|\brm_r\b|\bremove_entry_secure\b|\bremove_tree\s*\(|\brmSync\s*\([^)]*recursive|\brm\s*\([^)]*recursive|\bremoveSync\s*\([^)]*recursive|["'](?:\/dev\/(?:sd|nvme|hd|vd|mem)\w*)["']/;
/** Downloading and running in one program. */
const DOWNLOADS =
  /urlopen|requests\.get|urllib|http\.client|\bfetch\s*\(|https?\.get|LWP|Net::HTTP|open-uri|file_get_contents\s*\(\s*["']https?:/;
const RUNS =
  /\bexec\b|\beval\b|\bsystem\b|subprocess|\bpopen\b|child_process|\bspawn\b|new Function|importlib|__import__|shell_exec|passthru/;
/** A shell or interpreter joined to a socket. */
const REVERSE_SHELL =
  /socket[\s\S]*(?:dup2|pty\.spawn|\/bin\/(?:ba)?sh|subprocess|child_process|exec\()/i;

/** The texts of string literals in a program, whatever the language. */
export function stringsOf(program: string): string[] {
  const found: string[] = [];
  for (
    const match of program.matchAll(
      /"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|`((?:\\.|[^`\\])*)`|[qQ]{1,2}[{(]([^})]*)[})]/g,
    )
  ) {
    const text = match[1] ?? match[2] ?? match[3] ?? match[4] ?? "";
    found.push(text.replaceAll(/\\(["'`\\])/g, "$1"));
  }
  return found;
}

/** Looks for what is refused in the text of a program that an interpreter would run. */
export function judgeProgramText(call: Call, arg: Arg): void {
  if (taintOf(arg) !== undefined) {
    call.find(refused("download_and_run", "What was downloaded or decoded would be run"), arg);
  }
  const text = known(arg);
  if (text === undefined) return;
  if (DESTROYS.test(text)) {
    call.find(refused("destroys", "The program removes trees or devices"), arg);
  }
  if (DOWNLOADS.test(text) && RUNS.test(text)) {
    call.find(refused("download_and_run", "The program runs what it downloads"), arg);
  }
  if (REVERSE_SHELL.test(text)) {
    call.find(refused("reverse_shell", "The program joins a shell to the network"), arg);
  }
  const strings = stringsOf(text);
  const { home } = call.session.context;
  for (const inner of strings) {
    const path = inner.replace(/^~(?=\/)/, home);
    if (
      path !== "" && !/\s/.test(path) && isSecretPath(resolvePath(call.state.dirs[0] ?? "/", path))
    ) {
      call.find(refused("secret", `"${inner}" may hold keys, tokens or passwords`), arg);
    }
    call.lookForDenials(call.word(inner, arg));
  }
  // ["rm", "-rf", "/"] as a list of words.
  if (strings.length > 1) call.lookForDenials(call.word(strings.join(" "), arg));
  if (
    /\bos\.environ\b|\bprocess\.env\b|\bENV\[|getenv/.test(text) &&
    /SECRET|TOKEN|KEY|PASS/i.test(text)
  ) {
    call.find(refused("secret", "The program reads credentials from the environment"), arg);
  }
}
