/** The page in a real browser, opened from a file, without a network. */
import assert from "node:assert/strict";
import type { SessionTracer } from "../../../lib/trace/mod.ts";
import type { BrowserPage, BrowserView } from "../../support/browser.ts";
import { findProgram } from "../../support/find_program.ts";
import { testWith } from "../../support/real_parts.ts";
import { pageText, showPage, withStored } from "../../support/trace_page.ts";
import { traceAgentRun } from "../../support/trace_session.ts";

const browser = findProgram("chromium", "no chromium (install: apt-get install chromium)");

const run = (tracer: SessionTracer) => traceAgentRun(tracer, { sessionId: "run_1" });

function show(
  program: string,
  fill: (tracer: SessionTracer) => void,
  view: BrowserView & { readonly hash?: string },
  body: (page: BrowserPage) => Promise<void>,
): Promise<void> {
  return withStored(fill, async (trace) => {
    await showPage(program, await pageText(trace), view, async (page) => {
      await body(page);
      assert.deepEqual(page.requests.filter((url) => !url.startsWith("file:")), []);
    });
  });
}

const NAMES = `[...document.querySelectorAll(".row .name")].map((one) => one.textContent).join()`;
const DETAIL = `document.querySelector("#detail").innerText`;
const PRESS = (key: string) =>
  `(document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key: "${key}", bubbles: true, cancelable: true }))`;

/** Types into the search and waits for what it finds. */
async function search(page: BrowserPage, words: string): Promise<unknown> {
  await page.evaluate(`{ const input = document.querySelector(".search");
    input.focus(); input.value = ${JSON.stringify(words)}; }`);
  await page.evaluate(PRESS("Enter"));
  await page.evaluate(`new Promise((done) => setTimeout(done, 100))`);
  return await page.evaluate(`document.querySelector(".count").textContent`);
}

testWith(
  "renderTrace() shows rows, and the details of the chosen one",
  browser,
  async (program) => {
    await show(program, run, { width: 1280 }, async (page) => {
      assert.match(String(await page.evaluate(NAMES)), /^Session: run,turn_1,.*coder:7b.*list_dir/);
      assert.match(String(await page.evaluate(DETAIL)), /Session: run/);
      await page.evaluate(`[...document.querySelectorAll(".row")]
      .find((one) => one.textContent.includes("read_file") && one.matches(".of-tool")).click()`);
      const detail = String(await page.evaluate(DETAIL));
      assert.match(detail, /"path": "src\/sum.ts"/);
      assert.match(detail, /export const sum = \(a, b\) => a - b;/);
      assert.equal(await page.evaluate("location.hash"), "#seq-4");
      assert.deepEqual(page.complaints, []);
    });
  },
);

testWith("renderTrace() opens at the event that the address names", browser, async (program) => {
  await show(program, run, { width: 1280, hash: "#seq-6" }, async (page) => {
    const detail = String(await page.evaluate(DETAIL));
    assert.match(detail, /shell/);
    assert.match(detail, /Connection refused by the test server/);
    assert.equal(
      await page.evaluate(`document.querySelector(".row.selected .name").textContent`),
      "shell",
    );
  });
});

testWith("renderTrace() finds words everywhere and marks them", browser, async (program) => {
  await show(program, run, { width: 1280 }, async (page) => {
    assert.equal(await search(page, "CONST SUM ="), "1 of 2");
    assert.equal(
      await page.evaluate(`document.querySelector("#detail mark").textContent`),
      "const sum =",
    );
    const first = await page.evaluate("location.hash");
    await page.evaluate(PRESS("Enter"));
    await page.evaluate(`new Promise((done) => setTimeout(done, 100))`);
    assert.equal(await page.evaluate(`document.querySelector(".count").textContent`), "2 of 2");
    assert.notEqual(await page.evaluate("location.hash"), first);
    await page.evaluate(`[...document.querySelectorAll("button")]
      .find((one) => one.textContent === "Only finds").click()`);
    assert.equal(
      await page.evaluate(NAMES),
      "Session: run,turn_2,read_file,turn_3,coder:7b",
    );
    assert.equal(await search(page, "no such words"), "nothing found");
    assert.match(String(await search(page, "= (a, b) => a - b;")), /^\d of 2$/);
  });
});

testWith(
  "renderTrace() filters by kind, closes and opens steps, by keys too",
  browser,
  async (program) => {
    await show(program, run, { width: 1280 }, async (page) => {
      const click = (label: string) =>
        page.evaluate(`[...document.querySelectorAll(".tools button")]
        .find((one) => one.textContent.startsWith("${label}")).click()`);
      await click("Environment");
      assert.equal(await page.evaluate(NAMES), "Session: run,turn_3,env:tests");
      await click("Environment");
      await click("Collapse");
      assert.equal(await page.evaluate(NAMES), "Session: run,turn_1,turn_2,turn_3");
      await page.evaluate(`document.querySelector("#rows").focus()`);
      for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.evaluate(PRESS(key));
      assert.equal(
        await page.evaluate(NAMES),
        "Session: run,turn_1,turn_2,coder:7b,read_file,turn_3",
      );
      await page.evaluate(PRESS("e"));
      assert.match(String(await page.evaluate(NAMES)), /list_dir.*env:tests/);
      await page.evaluate(PRESS("/"));
      assert.equal(await page.evaluate("document.activeElement.className"), "search");
    });
  },
);

testWith("renderTrace() runs nothing that a trace holds", browser, async (program) => {
  const attack = `</script><script>window.owned=1</script><img src=x onerror="window.owned=2">` +
    `<svg onload="window.owned=3"><base href="http://127.0.0.1:9/"><a href="javascript:1">x</a>` +
    `\u202Egnp\u001b[31m`;
  const fill = (tracer: SessionTracer) => {
    tracer.startSession({
      sessionId: "x",
      kind: attack,
      tags: [attack],
      metadata: { task: attack },
    });
    tracer.startTimestep({ stepId: attack, metadata: { [attack]: attack } });
    tracer.addMessage({ message_type: attack, source_id: attack, content: { [attack]: attack } });
    tracer.recordEvent({
      event_type: "runtime",
      system_instance_id: attack,
      tool: { name: attack, arguments_json: attack, call_id: attack, result: attack },
      error: { type: attack, message: attack },
      system_state_before: { [attack]: 1 },
      system_state_after: { [attack]: attack },
      metadata: { [attack]: attack },
    });
    tracer.endTimestep();
    tracer.endSession();
  };
  await show(program, fill, { width: 390, scheme: "dark" }, async (page) => {
    const before = await page.evaluate("document.scripts.length");
    for (const id of ["session", "step-0", "seq-0", "seq-1"]) {
      await page.evaluate(`location.hash = "#${id}"`);
      await page.evaluate(`new Promise((done) => setTimeout(done, 50))`);
      assert.match(String(await page.evaluate(DETAIL)), /<img src=x/);
    }
    assert.match(String(await page.evaluate(DETAIL)), /U\+202Egnp/);
    assert.equal(await search(page, "<svg onload="), "4 of 4");
    assert.equal(await page.evaluate("typeof window.owned"), "undefined");
    assert.equal(await page.evaluate(`document.querySelectorAll("img,svg,a,base").length`), 0);
    assert.equal(await page.evaluate("document.scripts.length"), before);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
  });
});

testWith(
  "renderTrace() has a policy that refuses foreign scripts and requests",
  browser,
  async (program) => {
    let asked = 0;
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
      asked++;
      return new Response("x", { headers: { "access-control-allow-origin": "*" } });
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    await withStored(run, async (trace) => {
      await showPage(
        program,
        await pageText(trace),
        { width: 1280, offline: false },
        async (page) => {
          await page.evaluate(`document.body.insertAdjacentHTML("beforeend",
        '<img src="${url}/x.png"><iframe src="${url}"></iframe><img src=x onerror="window.owned=1">')`);
          await page.evaluate(`{ const s = document.createElement("script");
        s.textContent = "window.owned=2"; document.body.append(s); }`);
          const fetched = `fetch("${url}").then(() => "let in", (error) => error.name)`;
          assert.equal(await page.evaluate(fetched), "TypeError");
          assert.equal(await page.evaluate("typeof window.owned"), "undefined");
          assert.equal(asked, 0, "the page reached a server");
          assert.ok(page.complaints.some((one) => one.includes("Content Security Policy")));
        },
      );
    });
  },
);

testWith(
  "renderTrace() follows the reader's colours, and a button changes them",
  browser,
  async (program) => {
    const background = `getComputedStyle(document.body).backgroundColor`;
    const seen: unknown[] = [];
    for (const scheme of ["light", "dark"] as const) {
      await show(program, run, { width: 1280, scheme }, async (page) => {
        seen.push(await page.evaluate(background));
        await page.evaluate(PRESS("t"));
        seen.push(await page.evaluate(background));
      });
    }
    const [light, dark] = ["rgb(246, 245, 241)", "rgb(18, 20, 23)"];
    assert.deepEqual(seen, [light, dark, dark, light]);
  },
);

testWith("renderTrace() fits a phone, where details cover the list", browser, async (program) => {
  await show(program, run, { width: 390 }, async (page) => {
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
    const shown = `document.querySelector("#detail").checkVisibility()`;
    assert.equal(await page.evaluate(shown), false);
    await page.evaluate(`document.querySelector(".row.of-model").click()`);
    assert.equal(await page.evaluate(shown), true);
    assert.equal(await page.evaluate(`document.querySelector("#detail").offsetWidth`), 390);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
    await page.evaluate(`document.querySelector(".back").click()`);
    assert.equal(await page.evaluate(shown), false);
  });
});

testWith("renderTrace() tells how to see a shortened text whole", browser, async (program) => {
  const fill = (tracer: SessionTracer) => {
    tracer.startSession({ sessionId: "huge" });
    using _step = tracer.timestep();
    tracer.addMessage({ message_type: "dump", content: "line of a log\n".repeat(100_000) });
  };
  await show(program, fill, { width: 1280, hash: "#seq-0" }, async (page) => {
    const detail = String(await page.evaluate(DETAIL));
    assert.match(detail, /Show all: 14,286 lines/);
    assert.match(detail, /the first 200,000 characters of 1\.4 MB/);
    assert.match(detail, /owllm trace show huge --full --step 0$/m);
    const lines = `document.querySelector("#detail pre").textContent.split("\\n").length`;
    assert.equal(await page.evaluate(lines), 30);
    await page.evaluate(`document.querySelector(".more").click()`);
    assert.equal(await page.evaluate(lines), 14_286);
  });
});

testWith("renderTrace() prints every row", browser, async (program) => {
  const fill = (tracer: SessionTracer) => {
    tracer.startSession({ sessionId: "many" });
    for (let i = 0; i < 300; i++) tracer.addMessage({ message_type: "note", content: `${i}` });
    tracer.endSession();
  };
  await show(program, fill, { width: 1280 }, async (page) => {
    const rows = `document.querySelectorAll(".row").length`;
    assert.ok(Number(await page.evaluate(rows)) < 100);
    await page.evaluate(`dispatchEvent(new Event("beforeprint"))`);
    assert.equal(await page.evaluate(rows), 301);
    await page.evaluate(`dispatchEvent(new Event("afterprint"))`);
    assert.ok(Number(await page.evaluate(rows)) < 100);
  });
});
