import type { Call } from "../call.ts";
import { isInside, resolvePath } from "../paths.ts";
import { needsPerson, refused } from "../session.ts";

/** Largest configuration that is read, in bytes. */
const MAX_CONFIG = 64_000;

/**
 * Settings of a repository that git reads may meet and that run nothing. Everything else in a repository's
 * own configuration (filters, text converters, monitors, pagers, aliases, includes, …) needs a person, because
 * plain `git status` or `git log -p` may run it.
 */
const PLAIN =
  /^(?:core\.(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|abbrev|quotepath|compression|bigfilethreshold|sharedrepository|untrackedcache|commitgraph|checkstat|trustctime|protecthfs|protectntfs|longpaths|sparsecheckout|sparsecheckoutcone|preloadindex|whitespace|commentchar|multipackindex)|remote\.(?:.*\.)?(?:url|fetch|pushurl|push|tagopt|prune|mirror|skipdefaultupdate)|branch\..*|user\.(?:name|email|signingkey|useconfigonly)|author\.\w+|committer\.\w+|init\.defaultbranch|(?:color|advice|column|status|log|push|pull|fetch|rebase|rerere|gc|index|pack|i18n|blame|format|merge|commit|tag|checkout|stash|feature|maintenance|worktree|grep|help|apply|am|clone|receive|transfer|versionsort|showbranch|sequence|fsck|http)\.(?!.*(?:editor|driver|program|command|cmd|helper|extraheader|proxy|cookie|ssl|path|tool|hook|textconv|external|filter|pager|signature)).*|diff\.(?:renames|algorithm|context|noprefix|mnemonicprefix|renamelimit|colormoved|wserrorhighlight|indentheuristic|interhunkcontext|statgraphwidth|submodule|ignoresubmodules|wordregex|suppressblankempty|colormovedws|relative|orderfile)|submodule\..*\.(?:url|active|branch|ignore|path|fetchrecursesubmodules)|submodule\.(?:active|recurse|fetchjobs)|lfs\.(?:repositoryformatversion|url)|extensions\.(?:objectformat|worktreeconfig|refstorage|relativeworktrees)|vscode-merge-base|github-pr-owner-number|gui\.\w+|safe\.\w+)$/i;

/** Names and values of a git configuration; undefined when a line is not understood. */
export function readGitConfig(text: string): readonly (readonly [string, string])[] | undefined {
  const found: [string, string][] = [];
  let section = "";
  for (const raw of text.replaceAll(/\\\r?\n/g, " ").split(/\r?\n/)) {
    let line = raw.trim();
    const header = /^\[\s*([\w.-]+)\s*(?:"((?:\\.|[^"\\])*)")?\s*\]\s*/.exec(line);
    if (header !== null) {
      section = header[2] === undefined ? header[1] ?? "" : `${header[1]}.${header[2]}`;
      line = line.slice(header[0].length);
    }
    if (line === "" || /^[#;]/.test(line)) continue;
    const setting = /^([A-Za-z][\w-]*)\s*(?:=\s*([\s\S]*))?$/.exec(line);
    if (setting === null || section === "") return undefined;
    found.push([`${section}.${setting[1]}`, setting[2] ?? "true"]);
  }
  return found;
}

/** Finds the repository that git would use in each directory and judges its configuration. */
export function judgeRepository(call: Call): void {
  for (const dir of call.state.dirs) {
    // In there git takes what it finds for a repository, with settings that nobody looked at.
    if (/\/\.git(?:\/|$)/.test(dir)) {
      call.find(needsPerson("configuration", "Git would run inside of a .git directory"));
    }
    const git = findGit(call, dir);
    if (git !== undefined) judgeGitDirectory(call, git);
  }
}

function findGit(call: Call, start: string): string | undefined {
  const { files } = call.session.context;
  for (let dir = start;; dir = resolvePath(dir, "..")) {
    const path = resolvePath(dir, ".git");
    if (files.kind(path) !== undefined) return path;
    const bare = files.kind(resolvePath(dir, "HEAD")) === "file" &&
      files.kind(resolvePath(dir, "objects")) === "directory";
    if (bare) return dir;
    if (dir === "/") return undefined;
  }
}

function judgeGitDirectory(call: Call, path: string): void {
  const { files, repository } = call.session.context;
  const at = call.span;
  let directory = path;
  if (files.kind(path) === "file") {
    const target = /^gitdir: (.+)\s*$/.exec(files.readText(path, MAX_CONFIG) ?? "")?.[1]?.trim();
    if (target === undefined) {
      call.find(needsPerson("repository", `"${path}" does not say where the repository is`), at);
      return;
    }
    directory = resolvePath(resolvePath(path, ".."), target);
    const common = files.readText(resolvePath(directory, "commondir"), MAX_CONFIG)?.trim();
    if (common !== undefined) {
      judgeConfigFile(call, resolvePath(directory, "config.worktree"));
      directory = resolvePath(directory, common);
    }
  } else if (
    !isInside(files.realPath(path), files.realPath(repository)) && isInside(path, repository)
  ) {
    call.find(needsPerson("repository", `"${path}" leads out of the repository`), at);
  }
  judgeConfigFile(call, resolvePath(directory, "config"));
  judgeConfigFile(call, resolvePath(directory, "config.worktree"));
  // Git goes into submodules with their own configuration and without the settings of the executor.
  const modules = resolvePath(directory, "modules");
  for (const name of files.list(modules) ?? []) {
    const config = resolvePath(modules, `${name}/config`);
    if (files.kind(config) === undefined) {
      call.find(needsPerson("configuration", `The submodule "${name}" has no plain configuration`));
    } else judgeConfigFile(call, config, /^core\.worktree$/i);
  }
}

/** Addresses of a repository may hold a user's password: showing them shows it. */
export function judgeCredentials(call: Call): void {
  const { files } = call.session.context;
  for (const dir of call.state.dirs) {
    // In there git takes what it finds for a repository, with settings that nobody looked at.
    if (/\/\.git(?:\/|$)/.test(dir)) {
      call.find(needsPerson("configuration", "Git would run inside of a .git directory"));
    }
    const git = findGit(call, dir);
    const text = git === undefined ? undefined : files.readText(`${git}/config`, MAX_CONFIG);
    if (text !== undefined && /:\/\/[^\s/@]+:[^\s/@]+@|extraheader/i.test(text)) {
      call.find(refused("secret", "The configuration of the repository holds credentials"));
    }
  }
}

function judgeConfigFile(call: Call, path: string, also?: RegExp): void {
  const { files } = call.session.context;
  if (files.kind(path) === undefined) return;
  const text = files.readText(path, MAX_CONFIG);
  const settings = text === undefined ? undefined : readGitConfig(text);
  if (settings === undefined) {
    call.find(needsPerson("configuration", `"${path}" cannot be read, and git would act on it`));
    return;
  }
  for (const [name, value] of settings) {
    if (also?.test(name) === true) continue;
    if (PLAIN.test(name) && !/^ext::|^!/.test(value)) continue;
    if (/^(?:core\.(?:fsmonitor|pager))$/i.test(name) && /^(?:false|0|no|off|cat|)$/i.test(value)) {
      continue;
    }
    call.find(
      needsPerson("configuration", `The repository sets "${name}", which may run a program`),
    );
  }
}
