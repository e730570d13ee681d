/** What is decided: run it, ask a person first, or never run it. */
export type Decision = "allow" | "approve" | "deny";

/** Why a part of a command got its decision, with the part it points to. */
export interface Reason {
  readonly decision: Decision;
  /** A stable word that programs may switch on. */
  readonly code: string;
  /** One sentence for people. */
  readonly message: string;
  /** Half-open span in the text that was judged, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** The findings and nested commands that this reason is made of. */
  readonly children?: readonly Reason[];
}

/** What the command would touch, as far as it is known. */
export interface Effects {
  /** Paths whose content or names are read. */
  readonly reads: readonly string[];
  /** Paths that are created, changed or removed. */
  readonly writes: readonly string[];
  /** Programs that are started. */
  readonly exec: readonly string[];
  /** Hosts or addresses that are talked to. */
  readonly net: readonly string[];
  /** Environment variables that are read or set. */
  readonly env: readonly string[];
}

/** One command as it was understood: what an approval binds to. */
export interface ArgvNode {
  /** The words after expansion; a word that is not known holds its source text. */
  readonly argv: readonly string[];
  /** Indices of the words that are not known before the command runs. */
  readonly unknown: readonly number[];
  /** The directories that it may run in; empty when that is not known. */
  readonly cwd: readonly string[];
  /** Assignments in front of it, `NAME=value`. */
  readonly assignments: readonly string[];
  /** Redirections, `operator target`. */
  readonly redirections: readonly string[];
  /** Commands that it runs: a child script, a child argv, substitutions. */
  readonly children: readonly ArgvNode[];
  readonly start: number;
  readonly end: number;
}

/** The decision about one command text. */
export interface Verdict {
  readonly decision: Decision;
  /** One per command, in the order of the text; the strictest makes the decision. */
  readonly reasons: readonly Reason[];
  readonly effects: Effects;
  readonly argv: readonly ArgvNode[];
}

/** What a path is, links followed. */
export type FileKind = "file" | "directory" | "other";

/** Facts about files. The policy asks nothing else of the machine. Paths are absolute; no method throws. */
export interface FileProbe {
  /** The real path of the deepest parent that exists, plus the rest. */
  realPath(path: string): string;
  /** Undefined when there is nothing there or it cannot be seen. */
  kind(path: string): FileKind | undefined;
  /** Names in a directory, dot files included, `.` and `..` not; undefined when it cannot be listed or is too long. */
  list(path: string): readonly string[] | undefined;
  /** The text of a regular file; undefined when it cannot be read, is longer than `maxBytes` or is not UTF-8. */
  readText(path: string, maxBytes: number): string | undefined;
}

/** Where a command would run. */
export interface PolicyContext {
  /** Absolute directory that the command starts in. */
  readonly cwd: string;
  /** Absolute root of the repository. */
  readonly repository: string;
  /** Absolute home directory of the user that the command runs as. */
  readonly home: string;
  readonly files: FileProbe;
  /** The user's rules; they can only make a decision stricter. */
  readonly rules?: readonly Rule[];
  /** Files and directories that no command may touch: owllm's own database. */
  readonly protectedPaths?: readonly string[];
}

/** A rule on one parsed argv. */
export interface Rule {
  readonly name: string;
  readonly decision: "approve" | "deny";
  /** Shown to the person as the reason. */
  readonly justification: string;
  /** Whether it applies; a word that is not known before the command runs is undefined. */
  matches(argv: readonly (string | undefined)[]): boolean;
}
