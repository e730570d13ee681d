import assert from "node:assert/strict";
import { recoverToolCall, type TextToolCall, type ToolDefinition } from "../../lib/models/mod.ts";

const TOOLS: readonly ToolDefinition[] = [
  {
    name: "get_weather",
    description: "Weather of a city",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string" },
        days: { type: "integer" },
        tags: { type: "array", items: { type: "string" } },
        metric: { type: ["boolean", "null"] },
      },
      required: ["city"],
      additionalProperties: false,
    },
  },
  { name: "list_files", description: "Lists files", parameters: { type: "object" } },
];
const JSON_CALL = '{"name": "get_weather", "arguments": {"city": "Oslo"}}';
const OSLO = { city: "Oslo" };

type Row = readonly [text: string, form: TextToolCall["form"], args: Record<string, unknown>];

const FORMS: readonly Row[] = [
  [JSON_CALL, "bare_json", OSLO],
  [`I look it up.\n${JSON_CALL}\nOne moment.`, "bare_json", OSLO],
  [`I call ${JSON_CALL}`, "bare_json", OSLO],
  [`[${JSON_CALL}, ${JSON_CALL}]`, "bare_json", OSLO],
  [`<|python_tag|>${JSON_CALL}<|eom_id|>`, "bare_json", OSLO],
  ['{"name":"get_weather","parameters":{"city":"Oslo"}}', "bare_json", OSLO],
  ['{"name":"get_weather","arguments":"{\\"city\\":\\"Oslo\\"}"}', "bare_json", OSLO],
  ['{"tool":"get_weather","args":{"city":"} {"}}', "bare_json", { city: "} {" }],
  [
    '{"type":"function","function":{"name":"get_weather","arguments":{"city":"Oslo"}}}',
    "bare_json",
    OSLO,
  ],
  ['{"function":"get_weather","parameters":{"city":"Oslo"}}', "bare_json", OSLO],
  [`{"tool_calls":[${JSON_CALL}]}`, "bare_json", OSLO],
  ['{"action":"get_weather","action_input":{"city":"Oslo"}}', "bare_json", OSLO],
  [`Sure:\n\`\`\`json\n${JSON_CALL}\n\`\`\``, "fenced_json", OSLO],
  [`\`\`\`\n${JSON_CALL}`, "fenced_json", OSLO],
  [`<tool_call>\n${JSON_CALL}\n</tool_call>`, "tool_call_tag", OSLO],
  [`<tool_call>${JSON_CALL}`, "tool_call_tag", OSLO],
  [`<|tool_call|>[${JSON_CALL}]`, "tool_call_tag", OSLO],
  [`[TOOL_CALLS] [${JSON_CALL}]`, "mistral_tool_calls", OSLO],
  ['[TOOL_CALLS]get_weather[ARGS]{"city": "Oslo"}', "mistral_tool_calls", OSLO],
  ['[TOOL_CALLS]get_weather{"city": "Oslo"}', "mistral_tool_calls", OSLO],
  ['<function=get_weather>{"city": "Oslo"}</function>', "function_tag", OSLO],
  [
    "<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
    "function_tag",
    { city: "Oslo", days: 3 },
  ],
  ["<function=get_weather><parameter=city>12</parameter>", "function_tag", { city: "12" }],
  ['[get_weather(city="Oslo")]', "python_brackets", OSLO],
  [
    "get_weather(city='O\\'slo\\n', days=-2, tags=['a', \"b\"], metric=None)",
    "python_brackets",
    { city: "O'slo\n", days: -2, tags: ["a", "b"], metric: null },
  ],
  ['[list_files(), get_weather(city="Oslo")]', "python_brackets", {}],
  ['```tool_code\nget_weather(city="Oslo", metric=True)\n```', "python_brackets", {
    city: "Oslo",
    metric: true,
  }],
];

for (const [text, form, args] of FORMS) {
  Deno.test(`recoverToolCall() reads ${form}: ${JSON.stringify(text).slice(0, 60)}`, () => {
    const call = recoverToolCall(text, TOOLS);
    assert.equal(call?.problem, undefined);
    assert.equal(call?.form, form);
    assert.equal(call?.afterThink, false);
    assert.deepEqual(JSON.parse(call?.arguments ?? ""), args);
    const behind = recoverToolCall(`<think>Hm, {"name": "x"}</think>\n${text}`, TOOLS);
    assert.deepEqual(behind, { ...call, afterThink: true });
  });
}

const NO_CALLS: readonly string[] = [
  "",
  "It is sunny in Oslo.",
  '{"city": "Oslo"}',
  '{"name": "Ada", "age": 36}',
  `You could send ${JSON_CALL} to the server, for example.`,
  `\`\`\`python\n${JSON_CALL}\n\`\`\``,
  `<think>I could call ${JSON_CALL}</think>It is sunny.`,
  `<think>I could call\n${JSON_CALL}`,
  '{"name": "get_weather", "arguments": {"city": "Os',
  "print(get_weather(city='Oslo'))",
  "get_weather(city=CITY)",
  "get_weather(city='Oslo') is what I would call",
  "[1, 2, 3]",
];

for (const text of NO_CALLS) {
  Deno.test(`recoverToolCall() finds none in ${JSON.stringify(text).slice(0, 60)}`, () => {
    assert.equal(recoverToolCall(text, TOOLS), undefined);
  });
}

const UNFIT: readonly (readonly [text: string, problem: RegExp])[] = [
  ['{"name":"get_wether","arguments":{"city":"Oslo"}}', /^no tool "get_wether"$/],
  ['{"name":"get_weather","arguments":{}}', /required property "city"/],
  ['{"name":"get_weather","arguments":{"city":7}}', /city: .*"number".*"string"/],
  ['{"name":"get_weather","arguments":{"city":"Oslo","unit":"C"}}', /"unit"/],
  ['{"name":"get_weather","arguments":{"city":"Oslo","days":1.5}}', /days: .*"integer"/],
  ['{"name":"get_weather","arguments":"Oslo"}', /a string where an object is due/],
  ['{"name":"get_weather","arguments":["Oslo"]}', /an array where an object is due/],
  [
    "<function=get_weather><parameter=city>Oslo</parameter><parameter=days>three</parameter>",
    /days/,
  ],
];

for (const [text, problem] of UNFIT) {
  Deno.test(`recoverToolCall() says what is wrong with ${text.slice(0, 60)}`, () => {
    assert.match(recoverToolCall(text, TOOLS)?.problem ?? "", problem);
  });
}

Deno.test("recoverToolCall() takes the first call that fits", () => {
  const text = `{"name":"nope","arguments":{}}\n${JSON_CALL}`;
  assert.equal(recoverToolCall(text, TOOLS)?.name, "get_weather");
});

Deno.test("recoverToolCall() refuses every value when the schema cannot be judged", () => {
  const parameters = { type: "object", properties: { city: { $ref: "#/nowhere" } } };
  const tools = [{ name: "get_weather", description: "", parameters }];
  assert.match(recoverToolCall(JSON_CALL, tools)?.problem ?? "", /cannot be judged/);
});

Deno.test("recoverToolCall() ends soon on a text made to be slow", () => {
  const start = performance.now();
  for (
    const text of [
      "{".repeat(300_000),
      "[TOOL_CALLS]".repeat(20_000),
      "<tool_call>{".repeat(20_000),
      "f(a=" + "[".repeat(100_000),
    ]
  ) {
    assert.equal(recoverToolCall(text, TOOLS)?.problem, undefined);
  }
  assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
});
