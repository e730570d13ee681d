import type { Clip } from "./clip.ts";
import type { CallText, TraceItem } from "./items.ts";
import { jsonDiff } from "./json_diff.ts";

/** A difference between two events that belong together. Times and token counts are none. */
export interface TraceChange {
  /** What differs: `arguments`, `result`, `error`, `answer`, `input user`, `params`, … */
  readonly what: string;
  /** The place in it where it is JSON, such as `edits[2].text`; else empty. */
  readonly path: string;
  /** The values, or of a text the piece around its first difference; null: not there. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Most differences that are told of one pair of events, and of one of its texts. */
const MAX_CHANGES = 40;
const MAX_PATHS = 20;

/** How much of a value is told, and how much of it before the first difference. */
const MAX_SHOWN = 200;
const LEAD = 30;

/** A text of an event that makes it what it is. */
interface Field {
  readonly what: string;
  readonly clip: Clip;
}

/** What an event did and said, as one string: the same for two that differ in time only. */
export function fingerprintOf(item: TraceItem): string {
  return JSON.stringify(fieldsOf(item).map(({ what, clip }) => [what, identity(clip)]));
}

/** What differs between two events of the same kind. */
export function changesOf(a: TraceItem, b: TraceItem): TraceChange[] {
  const from = new Map(fieldsOf(a).map(({ what, clip }) => [what, clip]));
  const to = new Map(fieldsOf(b).map(({ what, clip }) => [what, clip]));
  return [...new Set([...from.keys(), ...to.keys()])]
    .flatMap((what) => fieldChanges(what, from.get(what), to.get(what)))
    .slice(0, MAX_CHANGES);
}

function identity({ text, fingerprint }: Clip): string {
  return fingerprint ?? text;
}

function fieldsOf(item: TraceItem): Field[] {
  const { kind, error, tool, reward, ended, message, state_after, metadata } = item;
  return [
    ...item.calls.flatMap((call, i) => callFields(call, i === 0 ? "" : `request ${i + 1} `)),
    ...tool === null ? [] : [{ what: "arguments", clip: tool.arguments }],
    ...tool?.result == null ? [] : [{ what: "result", clip: tool.result }],
    ...item.actions.map((clip, i) => ({ what: numbered("action", i), clip })),
    ...message === null ? [] : [{ what: "content", clip: message.content }],
    ...kind === "span" ? [{ what: "attributes", clip: whole(JSON.stringify(metadata)) }] : [],
    ...reward === null ? [] : [{ what: "reward", clip: whole(String(reward)) }],
    ...ended === null ? [] : [{ what: "ended", clip: whole(ended) }],
    ...state_after === null ? [] : [{ what: "state", clip: state_after }],
    ...error === null ? [] : [
      { what: "error", clip: { ...error.message, text: `${error.type}: ${error.message.text}` } },
    ],
  ];
}

function callFields(call: CallText, prefix: string): Field[] {
  const fields: Field[] = [
    { what: "model", clip: whole(call.model_name) },
    { what: "params", clip: call.request_params },
    ...call.input.map(({ role, text }, i) => ({ what: numbered(`input ${role}`, i), clip: text })),
    ...call.output.map(({ type, text }, i) => ({
      what: numbered(type === "text" ? "answer" : type, i),
      clip: text,
    })),
    ...call.tool_calls.flatMap(({ name, arguments: clip }, i) => [
      { what: numbered("tool call", i), clip: whole(name) },
      { what: `${numbered("tool call", i)} arguments`, clip },
    ]),
    ...call.finish_reason === null ? [] : [{ what: "finish", clip: whole(call.finish_reason) }],
  ];
  return fields.map(({ what, clip }) => ({ what: prefix + what, clip }));
}

function numbered(what: string, index: number): string {
  return index === 0 ? what : `${what} ${index + 1}`;
}

function whole(text: string): Clip {
  return { text, cut_from: null, fingerprint: null };
}

function fieldChanges(what: string, from: Clip | undefined, to: Clip | undefined): TraceChange[] {
  if (from === undefined || to === undefined) {
    const shown = (clip: Clip | undefined) => clip === undefined ? null : cut(clip.text, 0);
    return [{ what, path: "", from: shown(from), to: shown(to) }];
  }
  if (identity(from) === identity(to)) return [];
  const [dataFrom, dataTo] = [structureOf(from), structureOf(to)];
  if (dataFrom !== undefined && dataTo !== undefined) {
    return jsonDiff(dataFrom, dataTo, MAX_PATHS).map((change) => ({
      what,
      path: change.path,
      ...pieces(valueText(change.from), valueText(change.to)),
    }));
  }
  return [{ what, path: "", ...pieces(from.text, to.text) }];
}

/** The object or list that a text is in JSON; undefined for any other text. */
function structureOf({ text, fingerprint }: Clip): object | undefined {
  if (fingerprint !== null || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // It only begins like JSON: then it is a text as any other.
  }
}

function valueText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** Both values from shortly before their first difference on. */
function pieces(from: string | null, to: string | null): Pick<TraceChange, "from" | "to"> {
  if (from === null || to === null) {
    return { from: from && cut(from, 0), to: to && cut(to, 0) };
  }
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  // A line that is cut at its end must still reach the difference.
  const start = same <= 2 * LEAD ? 0 : same - LEAD;
  return { from: cut(from, start), to: cut(to, start) };
}

function cut(text: string, start: number): string {
  const end = start + MAX_SHOWN;
  const piece = text.slice(start, end);
  return `${start > 0 ? "…" : ""}${piece}${end < text.length ? "…" : ""}`;
}
