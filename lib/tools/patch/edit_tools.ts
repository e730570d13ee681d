import { z } from "zod";
import { ValidationError } from "../failure.ts";
import { show } from "../files/paths.ts";
import { linesOf, validateRange } from "../files/read_file.ts";
import { defineTool, type ToolResult } from "../tool.ts";
import { truncate } from "../truncate.ts";
import { currentFile } from "./change.ts";
import type { AppliedPatch, Patches, Proposal } from "./patches.ts";

const MAX_SHOWN_DIFF = 6_000;

/** `write_file`, `edit_lines`, `propose_patch` and `apply_patch`. */
export function createEditTools(repository: string, patches: Patches) {
  return [
    writeFile(repository, patches),
    editLines(repository, patches),
    proposePatch(patches),
    applyPatch(patches),
  ];
}

function writeFile(repository: string, patches: Patches) {
  return defineTool({
    name: "write_file",
    description: "Create a file, or replace all of its text.",
    effect: "write",
    schema: z.strictObject({
      path: z.string(),
      content: z.string().max(1024 * 1024),
    }),
    async run({ path, content }, signal) {
      const now = await currentFile(repository, path);
      const change = { ...now, after: content };
      return done(await patches.apply(await patches.proposeChanges([change], signal), signal));
    },
  });
}

function editLines(repository: string, patches: Patches) {
  return defineTool({
    name: "edit_lines",
    description: "Replace the lines start to end of a file by a text; an empty text removes them.",
    effect: "write",
    schema: z.strictObject({
      path: z.string(),
      start: z.int().min(1),
      end: z.int().min(0).describe("Last line; start - 1 inserts before start"),
      text: z.string().max(1024 * 1024),
    }),
    async run({ path, start, end, text }, signal) {
      const now = await currentFile(repository, path);
      if (now.before === null) {
        throw new ValidationError(
          `There is no file "${show(now.relative)}"`,
          "Create it with write_file",
        );
      }
      const after = replaceLines(now.before, now.relative, start, end, text);
      const change = { ...now, after };
      return done(await patches.apply(await patches.proposeChanges([change], signal), signal));
    },
  });
}

/** The text with some lines replaced; line ends stay those of the file. */
function replaceLines(
  before: string,
  relative: string,
  start: number,
  end: number,
  text: string,
): string {
  const lines = linesOf(before);
  const inserts = end === start - 1;
  if (inserts) {
    if (start > lines.length + 1) validateRange(lines.length, relative, start, undefined);
  } else validateRange(lines.length, relative, start, end);
  const eol = before.includes("\r\n") ? "\r\n" : "\n";
  const replacement = linesOf(text);
  const all = [
    ...lines.slice(0, start - 1),
    ...replacement,
    ...lines.slice(Math.max(end, start - 1)),
  ];
  const last = before === "" || before.endsWith("\n") ? eol : "";
  return all.length === 0 ? "" : all.join(eol) + last;
}

function proposePatch(patches: Patches) {
  return defineTool({
    name: "propose_patch",
    description: "Check a unified diff against the files; apply_patch then applies it by its id.",
    effect: "read",
    schema: z.strictObject({ patch: z.string().min(1) }),
    async run({ patch }, signal) {
      const proposal = await patches.propose(patch, signal);
      return {
        text: `The patch fits. Apply it: apply_patch {"id": "${proposal.id}"}\n${
          filesOf(proposal)
        }`,
        truncated: false,
        data: { id: proposal.id, files: proposal.changes.map(({ relative }) => relative) },
      };
    },
  });
}

function applyPatch(patches: Patches) {
  return defineTool({
    name: "apply_patch",
    description: "Apply a patch that propose_patch has checked.",
    effect: "write",
    schema: z.strictObject({ id: z.string() }),
    run: async ({ id }, signal) => done(await patches.apply(patches.proposal(id), signal)),
  });
}

function filesOf({ changes }: Proposal): string {
  return changes.map(({ relative, before, after }) =>
    `${before === null ? "new" : after === null ? "removed" : "changed"}: ${show(relative)}`
  ).join("\n");
}

function done({ changeId, patch, files, approvalId }: AppliedPatch): ToolResult {
  const [diff, truncated] = truncate(patch, {
    maxChars: MAX_SHOWN_DIFF,
    rest: "Read the file to see the rest",
  });
  return {
    text: `Applied to ${files.map(show).join(", ")}\n${diff}`,
    truncated,
    data: {
      change: changeId,
      files,
      patch,
      ...approvalId === undefined ? {} : { approval: approvalId },
    },
  };
}
