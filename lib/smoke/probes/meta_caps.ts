import type { ModelDescription } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BETTER_TEMPLATE } from "../fixes/model.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";

/** Do tool definitions reach the model at all? */
export const metaCaps: Probe = {
  id: "meta.caps",
  group: "A",
  tier: "quick",
  title: "the chat template knows tools",
  needs: { kinds: ["ollama", "llama_cpp"] },
  run: readTemplate,
};

async function readTemplate(context: ProbeContext): Promise<ProbeOutcome> {
  const description = await context.describe();
  const { model } = context;
  if (description?.template === undefined) return skip("The server does not show the template");
  const inTemplate = templateTakesTools(description);
  const listed = context.server.kind === "ollama"
    ? description.capabilities?.includes("tools") ?? inTemplate
    : inTemplate;
  const measured = {
    capabilities: description.capabilities?.join(", ") ?? null,
    template_has_tools: inTemplate,
  };
  const fix = fixFor(context, BETTER_TEMPLATE);
  if (listed && inTemplate) return pass(measured);
  if (listed) {
    return fail(
      measured,
      `The template of "${model}" lacks tools although the server lists them: tool definitions never reach the model`,
      fix,
    );
  }
  if (inTemplate) {
    return warn(
      measured,
      `The template of "${model}" takes tools, but the server does not list the capability (${measured.capabilities}) and refuses them`,
      fix,
    );
  }
  return warn(
    measured,
    `The template of "${model}" lacks tools: tool definitions never reach the model, so owllm asks for calls as JSON`,
    fix,
  );
}

/** New Ollama models bring a renderer in Go; their template is then a stub. */
function templateTakesTools({ template = "", modelfile = "" }: ModelDescription): boolean {
  return /\.Tools\b|\btools\b/.test(template) || /^(RENDERER|PARSER)\s/m.test(modelfile);
}
