import { matchesName } from "./globs.ts";
import { couldNameSecret, isSecretName, isSecretPath } from "./secrets.ts";
import type { Decision, PolicyContext } from "./types.ts";

/** What a command does with a path. `stat` shows names and facts about files, `tree` walks a directory. */
export type Access = "read" | "stat" | "tree" | "write" | "delete";

/** Something that speaks against a part of a command. */
export interface Finding {
  readonly decision: Decision;
  readonly code: string;
  readonly message: string;
}

/** Files of the system that everyone may read and that say nothing about the user. */
const PUBLIC =
  /^\/(?:etc\/(?:os-release|lsb-release|debian_version|alpine-release|issue|timezone|shells)|usr\/lib\/os-release|proc\/(?:cpuinfo|meminfo|version|loadavg|uptime|stat|filesystems)|usr\/include(?:\/.*)?|dev\/(?:null|stdin|zero|full|random|urandom))$/;
/** Files that stand for open descriptors or swallow what is written. */
const SINKS = /^\/dev\/(?:null|stdin|stdout|stderr|full|fd\/\d+)$/;
/** Directories of the system: nothing of a repository belongs there. */
const SYSTEM = /^\/(?:bin|boot|dev|etc|lib\w*|opt|proc|root|run|sbin|srv|sys|usr|var)(?:\/|$)/;
/** Files of the user that run at the next login or decide who may log in. */
const STARTUP =
  /^(?:\.(?:bash|zsh|profile|login|cshrc|tcshrc|kshrc|xinitrc|xsession|inputrc|gitconfig|vimrc|ssh|gnupg|aws|kube|docker)|\.config\/(?:autostart|systemd|fish|git)|bin\/|\.local\/bin\/)/;
/** Ways out of a container. */
const ESCAPE =
  /(?:^|\/)(?:docker|containerd|podman|crio)\.sock$|^\/proc\/(?:\d+|self|thread-self)\/(?:root|cwd|ns)(?:\/|$)|^\/proc\/(?:sysrq-trigger|sys\/kernel\/)|^\/sys\/fs\/cgroup\/.*release_agent/;
/** Files of a repository that decide what runs later. */
const CONTROL =
  /(?:^|\/)(?:\.git|\.github|\.gitlab|\.circleci|\.vscode|\.idea|\.husky|\.devcontainer|\.claude|\.codex|\.cursor|\.gemini|\.owllm)(?:\/|$)|(?:^|\/)(?:\.gitattributes|\.gitmodules|\.gitlab-ci\.yml|\.pre-commit-config\.yaml|\.envrc|\.mcp\.json|AGENTS\.md|CLAUDE\.md|GEMINI\.md|owllm\.toml|policy\.toml|Jenkinsfile|conftest\.py|sitecustomize\.py)$/i;

/** `path` seen from `directory`, with `.` and `..` taken out of the text (links not followed). */
export function resolvePath(directory: string, path: string): string {
  const parts: string[] = [];
  const joined = path.startsWith("/") ? path : `${directory}/${path}`;
  for (const part of joined.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Whether `path` is `directory` or below it. */
export function isInside(path: string, directory: string): boolean {
  const base = directory === "/" ? "/" : directory.replace(/\/+$/, "");
  return path === base || path.startsWith(base === "/" ? "/" : `${base}/`);
}

const deny = (code: string, message: string): Finding => ({ decision: "deny", code, message });
const approve = (code: string, message: string): Finding => ({
  decision: "approve",
  code,
  message,
});

/** What speaks against using the known path in this way, seen from `directory`. */
export function judgePath(
  path: string,
  access: Access,
  directory: string,
  context: PolicyContext,
): Finding[] {
  const joined = path.startsWith("/") ? path : `${directory}/${path}`;
  const lexical = resolvePath(directory, path);
  const real = context.files.realPath(joined);
  const findings = judgeAbsolute(lexical, path, access, context);
  if (real === lexical) return findings;
  const root = context.files.realPath(context.repository);
  return [...findings, ...judgeAbsolute(real, path, access, { ...context, repository: root })];
}

function judgeAbsolute(
  path: string,
  shown: string,
  access: Access,
  context: PolicyContext,
): Finding[] {
  const changes = access === "write" || access === "delete";
  const protectedBy = (context.protectedPaths ?? []).find((own) =>
    isInside(path, own) || ((access === "delete" || access === "tree") && isInside(own, path))
  );
  if (protectedBy !== undefined) return [deny("protected", `"${shown}" is owllm's own file`)];
  if (ESCAPE.test(path)) return [deny("container_escape", `"${shown}" leads out of the container`)];
  if (/^\/dev\/(?:tcp|udp)(?:\/|$)/.test(path)) {
    return [approve("network", `"${shown}" opens a network connection`)];
  }
  if (changes && SINKS.test(path)) return [];
  if (access !== "stat" && isSecretPath(path)) {
    return [deny("secret", `"${shown}" may hold keys, tokens or passwords`)];
  }
  return changes
    ? judgeChange(path, shown, access, context)
    : judgeRead(path, shown, access, context);
}

function judgeRead(
  path: string,
  shown: string,
  access: Access,
  context: PolicyContext,
): Finding[] {
  if (isInside(path, context.repository) || PUBLIC.test(path) || SINKS.test(path)) return [];
  if (
    access === "tree" && (path === "/" || path === context.home || isInside(context.home, path))
  ) {
    return [deny("secret", `"${shown}" contains the secrets of the user`)];
  }
  return [approve("outside_repository", `"${shown}" is outside the repository`)];
}

function judgeChange(
  path: string,
  shown: string,
  access: Access,
  context: PolicyContext,
): Finding[] {
  if (isInside(path, context.repository)) {
    if (path === context.repository && access === "delete") {
      return [deny("destroys", `"${shown}" is the whole repository`)];
    }
    const inside = path.slice(context.repository.length + 1);
    return CONTROL.test(inside)
      ? [approve("control_file", `"${shown}" decides what runs later; changing it needs a person`)]
      : [approve("writes", `"${shown}" would be changed`)];
  }
  const atHome = isInside(path, context.home) && context.home !== "/";
  if (!atHome && (SYSTEM.test(path) || path === "/")) {
    return [deny("writes_system", `"${shown}" belongs to the system`)];
  }
  if (path === context.home) return [deny("destroys", `"${shown}" is the home directory`)];
  if (isInside(path, context.home) && STARTUP.test(path.slice(context.home.length + 1))) {
    return [deny("writes_startup", `"${shown}" runs or decides at the next login`)];
  }
  return [approve("writes", `"${shown}" is outside the repository and would be changed`)];
}

/** Most names of one directory that a pattern is held against. */
const MAX_NAMES = 2_000;

/**
 * What speaks against using whatever a pattern lists. Only a pattern in the last name is worked out with the
 * facts of the directory; for others it is asked whether a secret could be among them.
 */
export function judgePattern(
  pattern: string,
  access: Access,
  directory: string,
  context: PolicyContext,
): Finding[] {
  const cut = pattern.lastIndexOf("/");
  const folder = cut < 0 ? "." : pattern.slice(0, cut + 1);
  const last = pattern.slice(cut + 1);
  const firstPattern = pattern.search(/[*?[]/);
  const fixed = pattern.slice(0, pattern.lastIndexOf("/", firstPattern) + 1) || ".";
  const findings = judgePath(fixed, access === "read" ? "stat" : access, directory, context);
  if (pattern.slice(firstPattern).split("/").includes("..")) {
    findings.push(approve("pattern", `"${pattern}" may lead anywhere`));
  }
  if (access === "write" || access === "delete" || access === "stat") return findings;
  const samples = ["", "x"].map((fill) => last.replaceAll(/\*+|\?|\[[^\]]*\]/g, fill));
  if (samples.some(isSecretName) || isSecretPath(resolvePath(directory, pattern))) {
    return [...findings, deny("secret", `"${pattern}" lists files that hold secrets`)];
  }
  const above = folder.split("/").filter((part) => /[*?[]/.test(part));
  const hidden = above.some((part) => /^[.[]/.test(part) && couldNameSecret(part));
  if (!hidden && !couldNameSecret(last)) {
    return [...findings, ...linksOut(pattern, directory, context)];
  }
  const names = /[*?[]/.test(folder) || last.startsWith(".")
    ? undefined
    : context.files.list(resolvePath(directory, folder));
  if (names === undefined && context.files.kind(resolvePath(directory, fixed)) === undefined) {
    return findings;
  }
  if (names === undefined || names.length > MAX_NAMES) {
    return [...findings, approve("pattern", `"${pattern}" may list files that hold secrets`)];
  }
  for (const name of names.filter((name) => matchesName(last, name))) {
    findings.push(...judgePath(`${folder}/${name}`, access, directory, context));
  }
  return findings;
}

/** Links among the listed names that lead out. */
function linksOut(pattern: string, directory: string, context: PolicyContext): Finding[] {
  const cut = pattern.lastIndexOf("/");
  const folder = cut < 0 ? "." : pattern.slice(0, cut + 1);
  if (/[*?[]/.test(folder)) return [];
  const names = context.files.list(resolvePath(directory, folder)) ?? [];
  return names.slice(0, MAX_NAMES)
    .filter((name) => matchesName(pattern.slice(cut + 1), name))
    .flatMap((name) => judgePath(`${folder}/${name}`, "read", directory, context));
}
