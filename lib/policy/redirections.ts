import { expandQuoted, expandValue, expandWord } from "./expand.ts";
import type { HereDoc, Redirect, Redirection } from "./parse.ts";
import { judgeArg } from "./path_args.ts";
import { needsPerson, type Place, spanOf } from "./session.ts";
import {
  type Arg,
  display,
  known,
  type Piece,
  type Stream,
  taintOf,
  UNKNOWN_STREAM,
} from "./values.ts";

/** What the redirections of a command change. */
export interface Redirected {
  readonly stdin?: Stream;
  /** Where standard output goes instead; absent when it is not redirected. */
  readonly stdout?: Arg;
  /** Whether one of them opens a network connection. */
  readonly network: boolean;
  /** Errors, or what another descriptor holds, are printed too. */
  readonly mixed: boolean;
  /** As text, for the canonical form. */
  readonly facts: readonly string[];
}

/** Judges redirections: descriptors and `/dev/null` are free, `<` reads, everything else writes. */
export function judgeRedirections(list: readonly Redirection[], place: Place): Redirected {
  let stdin: Stream | undefined;
  let stdout: Arg | undefined;
  let network = false;
  let mixed = false;
  const facts: string[] = [];
  for (const redirection of list) {
    const number = redirection.descriptor?.type === "FileDescriptor"
      ? redirection.descriptor.value
      : undefined;
    const feedsInput = redirection.descriptor === undefined || number === 0;
    if (redirection.type === "HereDoc") {
      const stream = heredocStream(redirection, place);
      if (feedsInput) stdin = stream;
      facts.push(`${redirection.operator} ${redirection.body.text}`);
      continue;
    }
    if (redirection.target === undefined) {
      place.session.recorder.find(
        needsPerson("syntax", "A redirection has no target"),
        spanOf(redirection, place.frame),
      );
      continue;
    }
    if (redirection.type === "HereString") {
      const pieces = expandValue(redirection.target, place);
      const stream = piecesStream([...pieces, { kind: "text", text: "\n", quoted: true }]);
      if (feedsInput) stdin = stream;
      facts.push(`<<< ${display({ pieces, start: 0, end: 0 })}`);
      continue;
    }
    if (redirection.descriptor !== undefined && redirection.descriptor.type !== "FileDescriptor") {
      place.session.recorder.find(
        needsPerson("redirection", "A descriptor by the name of a variable is not worked out"),
        spanOf(redirection, place.frame),
      );
    }
    const target = targetOf(redirection, place);
    const reads = redirection.operator === "<" || redirection.operator === "<&";
    facts.push(`${number ?? ""}${redirection.operator} ${target && display(target)}`);
    if (target === undefined) continue;
    if (isDescriptor(redirection, target)) {
      // What another descriptor holds is not followed.
      if (reads && feedsInput) stdin = UNKNOWN_STREAM;
      if (!reads && known(target) !== "2" && known(target) !== "-") mixed = true;
      continue;
    }
    if (/^\/dev\/(?:tcp|udp)\//.test(display(target))) network = true;
    judgeArg(target, reads ? "read" : "write", place.state, place.session);
    if (reads) {
      if (!feedsInput) continue;
      const process = target.pieces.length === 1 ? target.pieces[0] : undefined;
      stdin = process?.kind === "process" ? process.stream : UNKNOWN_STREAM;
    } else if (number === undefined || number === 1) stdout = target;
  }
  return {
    network,
    mixed,
    facts,
    ...(stdin === undefined ? {} : { stdin }),
    ...(stdout === undefined ? {} : { stdout }),
  };
}

/** What a command with these redirections prints, when without them it would print `printed`. */
export function printedAfter(printed: Stream, { stdout, mixed }: Redirected): Stream {
  if (known(stdout ?? NO_WORD) === "/dev/null" && !mixed) return { kind: "text", text: "" };
  if (stdout === undefined && !mixed) return printed;
  const taint = printed.kind === "unknown" ? printed.taint : undefined;
  return taint === undefined ? UNKNOWN_STREAM : { kind: "unknown", taint };
}

const NO_WORD: Arg = { pieces: [], start: 0, end: 0 };

function targetOf(redirect: Redirect, place: Place): Arg | undefined {
  const fields = redirect.target === undefined ? [] : expandWord(redirect.target, place);
  if (fields.length === 1) return fields[0];
  place.session.recorder.find(
    needsPerson("redirection", "A redirection must have exactly one target"),
    spanOf(redirect, place.frame),
  );
  return undefined;
}

function isDescriptor({ operator }: Redirect, target: Arg): boolean {
  return operator.endsWith("&") && /^(?:\d+-?|-)$/.test(known(target) ?? "");
}

function heredocStream(node: HereDoc, place: Place): Stream {
  if (node.delimiter?.quoted === true || node.body.parts === undefined) {
    return { kind: "text", text: node.body.text };
  }
  return piecesStream(expandQuoted(node.body.parts, place));
}

function piecesStream(pieces: readonly Piece[]): Stream {
  const arg: Arg = { pieces, start: 0, end: 0 };
  const text = known(arg);
  if (text !== undefined) return { kind: "text", text };
  const taint = taintOf(arg);
  return taint === undefined ? UNKNOWN_STREAM : { kind: "unknown", taint };
}
