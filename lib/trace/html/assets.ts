import base from "./page/base.css" with { type: "text" };
import detailStyle from "./page/detail.css" with { type: "text" };
import narrow from "./page/narrow.css" with { type: "text" };
import tools from "./page/tools.css" with { type: "text" };
import waterfall from "./page/waterfall.css" with { type: "text" };
import detail from "./page/detail.js" with { type: "text" };
import list from "./page/list.js" with { type: "text" };
import main from "./page/main.js" with { type: "text" };
import marks from "./page/marks.js" with { type: "text" };
import search from "./page/search.js" with { type: "text" };
import store from "./page/store.js" with { type: "text" };
import texts from "./page/text.js" with { type: "text" };

/** The style of the page; what is for phones and paper comes last and overrules the rest. */
export const STYLE: string = [base, tools, waterfall, detailStyle, narrow].join("\n");

/** The page's scripts as one: each after those that it imports. */
export const SCRIPT: string = join([texts, store, marks, search, list, detail, main]);

/**
 * Modules as the text of one script. They import each other only, by the names that they have, so
 * that without the words `import` and `export` they are what they were.
 */
function join(modules: readonly string[]): string {
  const bodies = modules.map((text) =>
    text.replaceAll(/^import [^;]*;\n/gm, "").replaceAll(/^export /gm, "")
  );
  return `"use strict";(() => {\n${bodies.join("\n")}})();\n`;
}
