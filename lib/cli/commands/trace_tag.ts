import { OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { printable } from "../text_width.ts";
import { sessionJson } from "../trace_json.ts";
import { openTracesFor, RUN, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

/** `owllm trace tag RUN TAG…`. */
export const traceTag = tagCommand("tag");

/** `owllm trace untag RUN TAG…`. */
export const traceUntag = tagCommand("untag");

function tagCommand(word: "tag" | "untag") {
  return defineCommand<TracesFlags, string[]>({
    brief: word === "tag"
      ? "Put tags on a traced session: owllm trace list --tag TAG finds it"
      : "Take tags off a traced session",
    examples: [`owllm trace ${word} last baseline`, `owllm trace ${word} session_1a2b nightly v2`],
    flags: TRACES_FLAGS,
    positional: {
      kind: "array",
      parameter: { ...RUN, brief: `${RUN.brief}; then the tags`, placeholder: "RUN TAG" },
    },
    async run({ cli, out, flags }, typed, ...tags) {
      assertTags(word, typed, tags);
      using state = await openTracesFor(cli, flags);
      const { id } = traceById(state.traces, typed ?? "");
      for (const tag of tags) state.traces[word](id, tag);
      const session = traceById(state.traces, id);
      if (out.json) return out.printJson(sessionJson(session));
      const { tags: now } = session;
      out.print(printable(`${id}: ${now.length === 0 ? "no tags" : now.join(", ")}`));
    },
  });
}

/** Tags stand in lists and file names of reports: no controls, no blanks around. */
function assertTags(word: string, run: string | undefined, tags: readonly string[]): void {
  const wrong = tags.find((tag) => !/^[^\s\p{C}](?:[^\p{C}]{0,62}[^\s\p{C}])?$/u.test(tag));
  if (run !== undefined && tags.length > 0 && wrong === undefined) return;
  throw new OwllmError({
    code: "usage",
    message: wrong === undefined
      ? "It takes a session and at least one tag"
      : `${
        JSON.stringify(wrong)
      } is no tag: it takes 1 to 64 characters without blanks around them`,
    recoverySuggestion: `E.g. owllm trace ${word} last baseline`,
  });
}
