import { KEEPER_DIR } from "../engine/run_args.ts";
import { type LeftOut, WORKSPACE } from "../executor.ts";

/**
 * A second git repository, which commands can neither read nor write, remembers the workspace as
 * it was copied. It compares bytes: attributes, filters and line endings of the repository are
 * switched off by its own `info/attributes`, which wins over all others.
 */
const PRELUDE = `
set -euo pipefail
umask 077
export HOME=${KEEPER_DIR} GIT_DIR=${KEEPER_DIR}/git GIT_WORK_TREE=${WORKSPACE}
config=(core.bare=false core.autocrlf=false core.fileMode=true core.symlinks=true core.compression=0
  core.looseCompression=0 core.untrackedCache=false core.quotePath=false core.excludesFile=/dev/null
  core.attributesFile=/dev/null core.fsmonitor=false core.hooksPath=/dev/null core.ignoreCase=false
  core.precomposeUnicode=false core.protectHFS=false core.protectNTFS=false gc.auto=0)
unset GIT_CONFIG_COUNT
export GIT_CONFIG_COUNT=0
for one in "\${config[@]}"; do
  export GIT_CONFIG_KEY_$GIT_CONFIG_COUNT="\${one%%=*}" GIT_CONFIG_VALUE_$GIT_CONFIG_COUNT="\${one#*=}"
  GIT_CONFIG_COUNT=$((GIT_CONFIG_COUNT + 1))
done
cd ${WORKSPACE}
# Without names that end in a slash (nested repositories, whose content is not looked at) and
# without names that are not UTF-8, which no patch can carry through text.
listed() {
  git ls-files -z --cached --others --exclude-standard | sed -z '/\\/$/d' |
    { LC_ALL=C.UTF-8 grep -zax '.*' || true; }
}
take() { git update-index -z --add --remove --replace --stdin; }
`;

/** Remembers the workspace and prints its tree. */
export const BASELINE_SCRIPT = `${PRELUDE}
git init -q
mkdir -p "$GIT_DIR/info"
echo '* -text !eol !crlf !working-tree-encoding !filter !ident !diff !merge' >"$GIT_DIR/info/attributes"
if [ -f .git/info/exclude ]; then cp .git/info/exclude "$GIT_DIR/info/exclude"; fi
# What is tracked though it is ignored; no submodules.
tracked() {
  GIT_DIR=.git git ls-files -z --stage 2>/dev/null | sed -z '/^160000/d' | cut -z -f2- || true
}
{ tracked; listed; } | sort -zu | take
git write-tree
`;

/** Prints what changed since a tree: the new tree, then raw differences separated by NUL. */
export const CHANGES_SCRIPT = `${PRELUDE}
export GIT_INDEX_FILE="$GIT_DIR/index.now"
# Without times of files, so that every file is read: a change within the second of the copy, or by a
# tool that sets times back, would not be seen.
git read-tree "$1"
# What is gone comes first: a path below a directory that became a link is gone too.
git diff-files -z --name-only --no-renames --diff-filter=D --ignore-submodules=all |
  git update-index -z --force-remove --stdin
listed | sort -zu | take
tree=$(git write-tree)
printf '%s\\0' "$tree"
git diff-tree -r -z --raw --no-renames --no-abbrev "$1" "$tree"
`;

/** Prints the patch from one tree to another with paths put back that stdin lists. */
export const PATCH_SCRIPT = `${PRELUDE}
export GIT_INDEX_FILE="$GIT_DIR/index.patch"
git read-tree "$2"
git update-index -z --index-info
git diff-tree -r -p --binary --full-index --no-renames --no-ext-diff --no-textconv --no-color \\
  --src-prefix=a/ --dst-prefix=b/ "$1" "$(git write-tree)"
`;

/** Lets the keeper read what a command has made private; only the x bit is part of a patch. */
export const READABLE_SCRIPT =
  `find ${WORKSPACE} -xdev -path ${WORKSPACE}/.git -prune -o -user "$(id -u)" ` +
  `\\( -type d ! -perm -0555 -o -type f ! -perm -0444 \\) -exec chmod u+rwX,go+rX {} +`;

/** A path that differs between two trees. */
export interface Change {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldHash: string;
}

/** Reads the output of {@linkcode CHANGES_SCRIPT}. */
export function parseChanges(
  text: string,
): { readonly tree: string; readonly changes: readonly Change[] } {
  const [tree = "", ...fields] = text.split("\0");
  const changes: Change[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [oldMode = "", newMode = "", oldHash = ""] = (fields[i] ?? "").replace(/^:/, "").split(
      " ",
    );
    changes.push({ path: fields[i + 1] ?? "", oldMode, newMode, oldHash });
  }
  return { tree, changes };
}

/** Why a change must not leave the sandbox; undefined when it may. */
export function refusalOf({ path, oldMode, newMode }: Change): string | undefined {
  // `git apply` would make the link, and whoever writes through it later writes elsewhere.
  if (newMode === "120000") return "it is a symlink";
  if (oldMode === "120000") return "it was a symlink";
  if ([oldMode, newMode].includes("160000")) return "it is a nested repository";
  if (path.split("/").some(isGitName)) return "git would take it for its own directory";
  // deno-lint-ignore no-control-regex -- that is what is looked for
  return /[\x00-\x1f\x7f]/.test(path) ? "its name has control characters" : undefined;
}

/** Names that some file system takes for `.git`: case, ignored characters, short names, streams. */
function isGitName(name: string): boolean {
  const plain = name.normalize("NFC").replaceAll(
    /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g,
    "",
  )
    .toLowerCase().replace(/[. ]+$/, "").replace(/:.*$/, "");
  return plain === ".git" || /^git~\d+$/.test(plain);
}

/** What the patch script is told so that refused paths stay as they were. */
export function putBack(refused: readonly Change[]): string {
  return refused.map(({ path, oldMode, oldHash }) =>
    oldMode === "000000" ? `0 ${oldHash}\t${path}\0` : `${oldMode} ${oldHash}\t${path}\0`
  ).join("");
}

/** The refusals as a report. */
export function refusals(
  changes: readonly Change[],
): readonly (LeftOut & { readonly change: Change })[] {
  return changes.flatMap((change) => {
    const reason = refusalOf(change);
    return reason === undefined ? [] : [{ path: change.path, reason, change }];
  });
}
