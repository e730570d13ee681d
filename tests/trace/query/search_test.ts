import assert from "node:assert/strict";
import fc from "fast-check";
import { OwllmError, systemClock } from "../../../lib/core/mod.ts";
import type { TracesTable } from "../../../lib/state/mod.ts";
import {
  createTraceStore,
  searchEvents,
  SessionTracer,
  traceAgent,
  traceEnv,
  traceRuntime,
  withTracer,
} from "../../../lib/trace/mod.ts";
import { matchOf, parseSearch } from "../../../lib/trace/query/search_terms.ts";
import { openTestState, withTempDir } from "../../support/state.ts";

type Fill = (tracer: SessionTracer, other: SessionTracer) => void;

function withTraces(fill: Fill, body: (traces: TracesTable) => void | Promise<void>) {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    using store = createTraceStore({ traces: state.traces, clock: systemClock });
    fill(new SessionTracer({ sink: store }), new SessionTracer({ sink: store }));
    store.flush();
    await body(state.traces);
  });
}

const OPTIONS = { limit: 20, width: 120 };

/** One session of tool calls, each with a result and perhaps an error. */
function tools(...calls: readonly (readonly [name: string, result: string, error?: string])[]) {
  return (tracer: SessionTracer) => {
    tracer.startSession({ sessionId: "tools" });
    for (const [name, result, error] of calls) {
      tracer.recordEvent({
        event_type: "runtime",
        system_instance_id: `tool:${name}`,
        tool: { name, arguments_json: '{"path":"src/main.ts"}', call_id: null, result },
        error: error === undefined ? null : { type: "Error", message: error },
      });
    }
    tracer.endSession();
  };
}

/** The found pieces with their marks in brackets. */
function marked(traces: TracesTable, typed: string, options = OPTIONS): string[] {
  return searchEvents(traces, typed, options).hits.map(({ snippet }) => {
    assert.ok(snippet !== null);
    return snippet.marks.toReversed().reduce(
      (text, [start, end]) =>
        `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`,
      snippet.text,
    );
  });
}

Deno.test("searchEvents() takes words, phrases, beginnings and fields", () =>
  withTraces(
    tools(
      ["read_file", "the quick brown fox"],
      ["list_dir", "brown quick foxes"],
      ["read_file", "nothing", "connection refused by the fox"],
    ),
    (traces) => {
      assert.deepEqual(marked(traces, "quick fox"), ["the [quick] brown [fox]"]);
      assert.deepEqual(marked(traces, '"quick brown"'), ["the [quick brown] fox"]);
      assert.deepEqual(marked(traces, "brown fox*").sort(), [
        "[brown] quick [foxes]",
        "the quick [brown] [fox]",
      ]);
      assert.deepEqual(marked(traces, "error:fox"), ["Error connection refused by the [fox]"]);
      assert.deepEqual(marked(traces, "result:fox"), ["the quick brown [fox]"]);
      assert.deepEqual(marked(traces, "tool:list_dir"), ['[list_dir] {"path":"src/main.ts"}']);
      assert.equal(searchEvents(traces, "tool:main.ts", OPTIONS).hits.length, 3);
      assert.equal(searchEvents(traces, "quick nothing", OPTIONS).hits.length, 0);
    },
  ));

Deno.test("searchEvents() shows the text that the field of a term names", () =>
  withTraces(tools(["fox", "a fox in the result", "a fox in the error"]), (traces) => {
    assert.deepEqual(marked(traces, "result:fox"), ["a [fox] in the result"]);
    assert.deepEqual(marked(traces, "error:fox"), ["Error a [fox] in the error"]);
    assert.deepEqual(marked(traces, "tool:fox"), ['[fox] {"path":"src/main.ts"}']);
  }));

Deno.test("searchEvents() marks words as the index reads them: without case and diacritics", () =>
  withTraces(tools(["t", "Über die Brücke nach ÉCOLE, 東京 und cafe\u0301s"]), (traces) => {
    const [line = ""] = marked(traces, "uber brucke École cafés");
    assert.match(line, /^\[Über\] die \[Brücke\] nach \[ÉCOLE\], 東京 und \[cafe\u0301s\]$/);
    assert.match(marked(traces, "東京")[0] ?? "", /\[東京\]/);
  }));

Deno.test("searchEvents() ranks a rare word's best match first, also beside a word that all have", () =>
  withTraces(
    tools(
      ...Array.from({ length: 600 }, () => ["t", "common filler of no interest"] as const),
      ["t", "needle common needle needle"],
      ["t", `common needle ${"padding ".repeat(200)}`],
    ),
    (traces) => {
      const { hits, matches, more } = searchEvents(traces, "common needle", OPTIONS);
      assert.deepEqual([matches, more], [2, false]);
      assert.match(hits[0]?.snippet?.text ?? "", /needle needle/);
      assert.ok((hits[0]?.rank ?? 0) < (hits[1]?.rank ?? 0));
      const all = searchEvents(traces, "common", { ...OPTIONS, limit: 3 });
      assert.deepEqual([all.hits.length, all.more], [3, true]);
      assert.match(all.hits[0]?.snippet?.text ?? "", /padding/, "the newest is first");
    },
  ));

Deno.test("searchEvents() finds only a session's own entries when it is named", () =>
  withTraces((tracer, other) => {
    const message = { message_type: "user", content: "shared word" };
    tracer.startSession({ sessionId: "around" });
    other.startSession({ sessionId: "other" });
    tracer.addMessage(message);
    other.addMessage(message);
    tracer.addMessage(message);
  }, (traces) => {
    const ids = (sessionId?: string) =>
      searchEvents(traces, "shared", { ...OPTIONS, sessionId }).hits.map((hit) => hit.session_id);
    assert.deepEqual(ids("other"), ["other"]);
    assert.deepEqual(ids("around"), ["around", "around"]);
    assert.deepEqual(ids("none"), []);
    assert.equal(ids().length, 3);
  }));

Deno.test("searchEvents() shows the piece of a huge text that has the words", () =>
  withTraces(tools(["t", `${"a b c ".repeat(2_000)}here is the needle${" z".repeat(2e6)}`]), (
    traces,
  ) => {
    const [line = ""] = marked(traces, "needle");
    assert.match(line, /here is the \[needle\] z z/);
    assert.ok(line.length <= 122);
  }));

Deno.test("searchEvents() takes any bytes as words or says that there are none", () =>
  withTraces(tools(["t", 'a NEAR b AND c OR "d" (e) {f} g:h -i ^j + k*']), (traces) => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom(
        '"',
        "*",
        "^",
        "NEAR(",
        "AND",
        "OR",
        "NOT",
        ":",
        "error:",
        "tool:",
        "-",
        "\0",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          searchEvents(traces, pieces.join(" "), OPTIONS);
        } catch (error) {
          assert.ok(error instanceof OwllmError && error.code === "usage", String(error));
        }
      }),
      { numRuns: 500 },
    );
    assert.equal(searchEvents(traces, "NEAR AND c", OPTIONS).hits.length, 1);
  }));

Deno.test("parseSearch() refuses a search without words and one with too many", () => {
  assert.throws(() => parseSearch(' "" * :'), /no word in " "" \* :"/);
  assert.throws(() => parseSearch("word ".repeat(65)), /at most 64 words/);
});

Deno.test("matchOf() names the index's columns", () => {
  const matches = parseSearch('tool:read_file error:"a b"* http://x').map(matchOf);
  assert.deepEqual(matches, ['arguments : "read file"', 'error : "a b" *', '"http x"']);
});

Deno.test("searchEvents() finds what decorated functions took and gave, by the name too", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    using store = createTraceStore({ traces: state.traces, clock: systemClock });
    const tracer = new SessionTracer({ sink: store });
    tracer.startSession();
    await withTracer(tracer, async () => {
      const readFile = traceRuntime({ name: "read_file" })((path: string) =>
        `holds ${path} walnuts`
      );
      readFile("src/quince.ts");
      await traceAgent({ name: "planner" })((_: string) => Promise.resolve({ plan: "chestnuts" }))(
        "medlar",
      );
      traceEnv({ name: "world" })((_: string) => ({ reward: 1, seen: "hazelnuts" }))("rowan");
    });
    tracer.endSession();
    for (
      const word of [
        "read_file",
        "quince",
        "walnuts",
        "planner",
        "medlar",
        "chestnuts",
        "world",
        "rowan",
        "hazelnuts",
      ]
    ) {
      const { hits } = searchEvents(state.traces, word, { limit: 5, width: 80 });
      assert.equal(hits.length, 1, word);
    }
  }));
