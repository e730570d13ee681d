import type { Call } from "../call.ts";
import { judgeSelection } from "../path_args.ts";
import { resolvePath } from "../paths.ts";
import { isSecretPath } from "../secrets.ts";
import { needsPerson, refused } from "../session.ts";
import { type Arg, known } from "../values.ts";

/** Every operand may be `revision:path`, a path or a range; none of them may name a secret. */
export function revisions(call: Call): void {
  formats(call);
  for (const arg of call.options.operands) revision(call, arg);
}

/** Judges one word that may be a revision, a path of one, or a path. */
export function revision(call: Call, arg: Arg): void {
  const text = known(arg);
  if (text === undefined) {
    if (arg.pieces.some(({ kind }) => kind === "glob" || kind === "path")) call.file(arg, "read");
    return;
  }
  const path = text.replace(/^:(?:\([^)]*\)|[!^/]+)?/, "").replace(/^[^:]*:(?=.)/, "");
  for (const dir of call.state.dirs) {
    if (isSecretPath(resolvePath(dir, path)) && !/^:(?:\(exclude\)|[!^])/.test(text)) {
      call.find(refused("secret", `"${text}" may show keys, tokens or passwords`), arg);
    }
  }
  if (/[*?[]/.test(path) && !/^:(?:\(exclude\)|[!^])/.test(text)) {
    for (const finding of judgeSelection(path)) call.find(finding, arg);
  }
  if (/^(?:\/|~|\.\.\/)/.test(text)) call.file(arg, "stat");
}

const SIGNATURE = /%[+ -]?G|%\(\*?signature|^-?\*?signature/;

/** Placeholders that show signatures: git runs gpg for them. */
export function formats(call: Call): void {
  for (const { value } of call.given("--format", "--pretty", "--sort")) {
    if (
      value !== undefined && (known(value) === undefined || SIGNATURE.test(known(value) ?? ""))
    ) {
      call.find(needsPerson("executes", "A format with a signature runs gpg"), value);
    }
  }
}
