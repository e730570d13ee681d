import { judgeAssignment, judgeEnvironment } from "./environment.ts";
import { expandValue, expandWord } from "./expand.ts";
import type { Assignment, Command, Word } from "./parse.ts";
import { judgeRedirections, printedAfter, type Redirected } from "./redirections.ts";
import { needsPerson, type Place, refused, spanOf } from "./session.ts";
import type { CommandFacts } from "./recorder.ts";
import type { Variable } from "./state.ts";
import { rememberDownload } from "./downloads.ts";
import { type Arg, display, known, type Piece, prefixOf, type Stream } from "./values.ts";

const NOTHING: Stream = { kind: "text", text: "" };
/** Programs that, joined to the network, hand the machine to whoever is there. */
const SHELLS =
  /^(?:.*\/)?(?:ba|da|z|k|a|c|tc|fi)?sh$|^(?:.*\/)?(?:python\d?[\d.]*|perl|ruby|node|php|nc|cat|exec)$/;

/** Judges a simple command: its assignments, words and redirections, then the program. */
export function judgeSimple(node: Command, place: Place, stdin: Stream): Stream {
  const { session, state, frame } = place;
  const span = spanOf(node, frame);
  return session.recorder.command(span, (record) => {
    const words: (Word | Assignment)[] = node.name === undefined
      ? [...node.args]
      : [node.name, ...node.args];
    const args = words.flatMap((word) =>
      word.type === "Word" ? expandWord(word, place) : [assignmentArg(word, place)]
    );
    const assignments = node.prefix.filter((part): part is Assignment => part.type === "Assignment")
      .map((assignment) => ({ assignment, value: assignmentValue(assignment, place) }));
    const redirected = judgeRedirections(node.redirects, place);
    record(factsOf(args, place, assignments, redirected));
    if (args.length === 0) {
      for (const { assignment, value } of assignments) assign(assignment, value, place);
      return redirectOnly(words, redirected, place);
    }
    for (const { assignment, value } of assignments) {
      // `IFS=: read -r a b` splits one line and nothing else.
      const splits = assignment.name === "IFS" && known(args[0] as Arg) === "read";
      if (!splits) prefix(assignment, value, place);
    }
    if (redirected.network && SHELLS.test(known(args[0] as Arg) ?? "")) {
      session.recorder.find(refused("reverse_shell", "A shell is joined to the network"), span);
    }
    const printed = session.argv(args, state, redirected.stdin ?? stdin, { inline: true });
    if (redirected.stdout !== undefined) {
      rememberDownload(printed, redirected.stdout, place.state);
    }
    const lasting = redirected.stdin !== undefined || redirected.stdout !== undefined;
    if (lasting && known(args[0] as Arg) === "exec" && args.length === 1) {
      session.recorder.find(
        needsPerson("redirection", "Input and output of the whole shell would change"),
        span,
      );
    }
    return printedAfter(printed, redirected);
  });
}

function factsOf(
  args: readonly Arg[],
  place: Place,
  assignments: readonly { assignment: Assignment; value: Variable }[],
  redirected: Redirected,
): CommandFacts {
  return {
    argv: args.map(display),
    unknown: args.flatMap((arg, index) => known(arg) === undefined ? [index] : []),
    cwd: [...place.state.dirs],
    assignments: assignments.map(({ assignment, value }) =>
      `${assignment.name}=${display({ pieces: value.pieces, start: 0, end: 0 })}`
    ),
    redirections: redirected.facts,
  };
}

/** `$(< file)` prints the file; words that expanded to nothing may still be a command. */
function redirectOnly(
  words: readonly unknown[],
  redirected: Redirected,
  place: Place,
): Stream {
  if (words.length > 0) {
    place.session.recorder.find(
      needsPerson("unknown_program", "The command is empty after expansion"),
      { start: 0, end: 0 },
    );
  }
  return redirected.stdin ?? NOTHING;
}

function assignmentArg(node: Assignment, place: Place): Arg {
  const value = assignmentValue(node, place);
  const pieces: readonly Piece[] = value.elements === undefined
    ? value.pieces
    : [{ kind: "unknown", why: "array" }];
  const name = `${node.name}${node.append === true ? "+" : ""}=`;
  return {
    pieces: [{ kind: "text", text: name, quoted: true }, ...pieces],
    ...spanOf(node, place.frame),
  };
}

function assignmentValue(node: Assignment, place: Place): Variable {
  if (node.index !== undefined && !/^\d+$/.test(node.index.text)) {
    expandValue(node.index, place);
    place.session.recorder.find(
      needsPerson("arithmetic", `"${node.index.text}" is arithmetic and may run a command`),
      spanOf(node, place.frame),
    );
  }
  if (node.value.type === "ArrayValue") {
    const elements = node.value.elements.flatMap((word) => expandWord(word, place));
    // `([2]=x)` names its places: which element is where is not worked out.
    if (elements.some((arg) => prefixOf(arg).startsWith("[") || arg.pieces[0]?.kind === "glob")) {
      const pieces: Piece[] = [{ kind: "unknown", why: "array" }];
      return { pieces };
    }
    return { pieces: elements[0]?.pieces ?? [], elements };
  }
  return { pieces: expandValue(node.value, place) };
}

/** `NAME=value` alone sets a variable of the shell. */
function assign(node: Assignment, value: Variable, place: Place): void {
  const { state, session } = place;
  const text = known({ pieces: value.pieces, start: 0, end: 0 });
  const finding = judgeAssignment(node.name, text);
  if (finding !== undefined) session.recorder.find(finding, spanOf(node, place.frame));
  session.recorder.effect("env", node.name);
  const earlier = state.variables.get(node.name);
  if (earlier?.exported === true) exportCheck(node, text, place);
  if (node.append === true || node.index !== undefined) state.forget(node.name);
  else if (earlier?.exported === true) state.variables.set(node.name, { ...value, exported: true });
  else state.variables.set(node.name, value);
}

function exportCheck(node: Assignment, text: string | undefined, place: Place): void {
  const finding = judgeEnvironment(node.name, text);
  if (finding !== undefined) place.session.recorder.find(finding, spanOf(node, place.frame));
}

/** `NAME=value program` puts the variable into the program's environment; for a shell function it stays. */
function prefix(node: Assignment, value: Variable, place: Place): void {
  exportCheck(node, known({ pieces: value.pieces, start: 0, end: 0 }), place);
  place.session.recorder.effect("env", node.name);
  place.state.forget(node.name);
}
