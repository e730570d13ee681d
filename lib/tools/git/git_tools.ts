import { z } from "zod";
import { OwllmError } from "../../core/mod.ts";
import { type Executor, type SpawnSpec, WORKSPACE } from "../../sandbox/mod.ts";
import { validatePath } from "../files/paths.ts";
import { defineTool, type ToolResult } from "../tool.ts";
import { truncate } from "../truncate.ts";

const MAX_CHARS = 12_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const TIMEOUT_MS = 20_000;

/** What {@linkcode createGitTools} needs. */
export interface GitToolsOptions {
  readonly repository: string;
  readonly executor: Executor;
}

/**
 * `git_status`, `git_diff` and `git_log`. They run in the sandbox, which hardens git against the
 * repository's own configuration; the words are ours, only paths and counts are the model's.
 */
export function createGitTools(options: GitToolsOptions) {
  const { repository } = options;
  const git = (args: readonly string[], rest: string, signal: AbortSignal) =>
    runGit(options, args, rest, signal);
  const pathspec = (path: string | undefined) =>
    path === undefined ? [] : ["--", `:(literal)${validatePath(repository, path)[1]}`];
  return [
    defineTool({
      name: "git_status",
      description: "Which files are changed, added or untracked in the work tree.",
      effect: "read",
      schema: z.strictObject({}),
      run: (_args, signal) =>
        git(["status", "--short", "--branch"], "Look at one directory with list_files", signal),
    }),
    defineTool({
      name: "git_diff",
      description: "What changed in the work tree, or with staged true in the index.",
      effect: "read",
      schema: z.strictObject({
        path: z.string().optional(),
        staged: z.boolean().default(false),
      }),
      run: ({ path, staged }, signal) =>
        git(
          [
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            ...staged ? ["--cached"] : [],
            ...pathspec(path),
          ],
          'Name one file to see the rest: git_diff {"path": "…"}',
          signal,
        ),
    }),
    defineTool({
      name: "git_log",
      description: "The last commits, of the repository or of one path.",
      effect: "read",
      schema: z.strictObject({
        path: z.string().optional(),
        count: z.int().min(1).max(100).default(10),
      }),
      run: ({ path, count }, signal) =>
        git(
          [
            "log",
            "--no-color",
            "--no-show-signature",
            `-${count}`,
            "--format=%h %ad %an: %s",
            "--date=short",
            ...pathspec(path),
          ],
          "Ask for fewer commits, or for those of one path",
          signal,
        ),
    }),
  ];
}

async function runGit(
  { executor }: GitToolsOptions,
  args: readonly string[],
  rest: string,
  signal: AbortSignal,
): Promise<ToolResult> {
  const spec: SpawnSpec = {
    program: "git",
    args,
    cwd: WORKSPACE,
    env: {},
    maxOutputBytes: MAX_OUTPUT_BYTES,
    timeoutMs: TIMEOUT_MS,
  };
  const { code, stdout, stderr } = await executor.run(spec, signal);
  const decoder = new TextDecoder();
  if (code !== 0) throw gitFailure(args[0] ?? "", decoder.decode(stderr.head));
  const whole = decoder.decode(stdout.head).trimEnd();
  const [text, truncated] = truncate(whole, { maxChars: MAX_CHARS, rest });
  return { text: text === "" ? "Nothing" : text, truncated };
}

function gitFailure(command: string, stderr: string): OwllmError {
  const said = stderr.trim().split("\n")[0] ?? "";
  const none = /not a git repository/.test(stderr);
  const empty = /does not have any commits yet|unknown revision/.test(stderr);
  return new OwllmError({
    code: "failed",
    message: none
      ? "This directory is no git repository"
      : empty
      ? "The repository has no commits yet"
      : `git ${command} failed: ${said}`,
    recoverySuggestion: "Work with list_files, read_file and search instead",
  });
}
