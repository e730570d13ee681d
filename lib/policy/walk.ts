import { judgeArithmetic } from "./arithmetic.ts";
import { expandQuoted, expandValue, expandWord } from "./expand.ts";
import type {
  AndOr,
  ArithmeticExpression,
  Case,
  CommandNode,
  CompoundList,
  Coproc,
  For,
  Function as FunctionNode,
  If,
  Pipeline,
  PipelineNode,
  Script,
  Select,
  Statement,
} from "./parse.ts";
import { judgeRedirections, printedAfter } from "./redirections.ts";
import { needsPerson, type Place, spanOf } from "./session.ts";
import { judgeSimple } from "./simple.ts";
import type { Frame, ShellState } from "./state.ts";
import { union } from "./state.ts";
import { judgeTest } from "./test_expression.ts";
import { type Arg, joinStreams, type Stream } from "./values.ts";
import { setVariable } from "./variables.ts";

const NOTHING: Stream = { kind: "text", text: "" };
const UNKNOWN: Stream = { kind: "unknown" };
/** Values of a loop that are judged one by one; more are judged as one unknown value. */
const MAX_TURNS = 24;
/** A loop whose state has not settled after so many turns is not worked out. */
const MAX_PASSES = 8;

/** Judges the statements of a script in order and says what they print. */
export function walkScript(node: Script | CompoundList, place: Place, stdin: Stream): Stream {
  let printed: Stream = NOTHING;
  for (const statement of node.commands) {
    printed = joinStreams(printed, walkStatement(statement, place, stdin));
    place.state.settle();
  }
  return printed;
}

function walkStatement(node: Statement, place: Place, stdin: Stream): Stream {
  if (node.background === true && place.state.conditional > 0) {
    place.session.recorder.find(
      needsPerson("background", "Commands in the background of a loop may become too many"),
      spanOf(node, place.frame),
    );
  }
  const here = node.background === true ? { ...place, state: place.state.fork() } : place;
  return node.command.type === "AndOr"
    ? walkAndOr(node.command, here, stdin)
    : walkPipelineNode(node.command, here, stdin);
}

function walkPipelineNode(node: PipelineNode, place: Place, stdin: Stream): Stream {
  return node.type === "Pipeline"
    ? walkPipeline(node, place, stdin)
    : walkCommand(node, place, stdin);
}

function walkAndOr(node: AndOr, place: Place, stdin: Stream): Stream {
  const { state } = place;
  let failed: readonly string[] = [];
  let printed: Stream = NOTHING;
  node.commands.forEach((command, index) => {
    const operator = node.operators[index - 1];
    if (operator === "||") state.dirs = union(state.dirs, before(failed, state.dirs));
    const skippable = operator === undefined ? undefined : state.fork();
    printed = joinStreams(printed, walkPipelineNode(command, place, stdin));
    if (skippable !== undefined) {
      const { dirs } = state;
      state.join(skippable);
      // After `a && b` went on, `b` has run: only a later `;` can mean that it has not.
      state.dirs = dirs;
      failed = before(failed, skippable.dirs);
    }
    if (state.ifFailed.length > 0) failed = before(failed, state.ifFailed);
    state.ifFailed = [];
  });
  state.ifFailed = failed;
  return printed;
}

function before(failed: readonly string[], dirs: readonly string[]): readonly string[] {
  return failed.length === 0 ? dirs : union(failed, dirs);
}

function walkPipeline(node: Pipeline, place: Place, stdin: Stream): Stream {
  if (node.commands.length === 1) {
    return node.commands.reduce((input, command) => walkCommand(command, place, input), stdin);
  }
  return node.commands.reduce((input, command, index) => {
    const printed = walkCommand(command, { ...place, state: place.state.fork() }, input);
    // With "|&" errors come along.
    return node.operators[index] === "|&" && printed.kind !== "unknown" ? UNKNOWN : printed;
  }, stdin);
}

function walkCommand(node: CommandNode, place: Place, stdin: Stream): Stream {
  const span = spanOf(node, place.frame);
  switch (node.type) {
    case "Command":
      return judgeSimple(node, place, stdin);
    case "Redirected": {
      const redirected = judgeRedirections(node.redirects, place);
      const printed = walkCommand(node.command, place, redirected.stdin ?? stdin);
      return printedAfter(printed, redirected);
    }
    case "Subshell":
      return walkScript(node.body, { ...place, state: place.state.fork() }, stdin);
    case "BraceGroup":
      return walkScript(node.body, place, stdin);
    case "If":
      return walkIf(node, place, stdin);
    case "For":
    case "Select":
      return walkFor(node, place, stdin);
    case "While":
      return repeat(place, node, () => {
        walkScript(node.clause, place, stdin);
        return walkScript(node.body, place, stdin);
      });
    case "ArithmeticFor": {
      const judge = (part: ArithmeticExpression | undefined) => arithmetic(part, "", place, span);
      judge(node.initialize);
      return repeat(place, node, () => {
        judge(node.test);
        const printed = walkScript(node.body, place, stdin);
        judge(node.update);
        return printed;
      });
    }
    case "Case":
      return walkCase(node, place, stdin);
    case "TestCommand":
      judgeTest(node.expression, place);
      return NOTHING;
    case "ArithmeticCommand":
      arithmetic(node.expression, node.body, place, span);
      return NOTHING;
    case "Function":
      return define(node, place);
    case "Coproc":
      return walkCoproc(node, place, stdin);
  }
}

function arithmetic(
  expression: ArithmeticExpression | undefined,
  text: string,
  place: Place,
  span: { start: number; end: number },
): void {
  judgeArithmetic(expression, text, place, span, (word) => expandQuoted(word.parts ?? [], place));
}

/** Runs alternatives on copies of the state; afterwards any of them may hold. */
function alternatives(
  place: Place,
  parts: readonly ((place: Place) => Stream)[],
  mayBeNone: boolean,
): Stream {
  const { state } = place;
  const start = state.fork();
  let printed: Stream = NOTHING;
  parts.forEach((part, index) => {
    const fork = start.fork();
    fork.conditional++;
    printed = joinStreams(printed, part({ ...place, state: fork }));
    fork.settle();
    fork.conditional--;
    if (index === 0 && !mayBeNone) Object.assign(state, fork);
    else state.join(fork);
  });
  return printed;
}

function walkIf(node: If, place: Place, stdin: Stream): Stream {
  walkScript(node.clause, place, stdin);
  // A condition further down may have run before any later branch.
  for (const { clause } of node.elif) {
    alternatives(place, [(where) => walkScript(clause, where, stdin)], true);
  }
  const bodies = [node.then, ...node.elif.map(({ then }) => then)];
  if (node.else !== undefined) bodies.push(node.else);
  const branches = bodies.map((body) => (where: Place) => walkScript(body, where, stdin));
  return alternatives(place, branches, node.else === undefined);
}

function walkCase(node: Case, place: Place, stdin: Stream): Stream {
  expandValue(node.word, place);
  for (const item of node.items) for (const pattern of item.pattern) expandValue(pattern, place);
  if (node.items.some(({ terminator }) => terminator === ";&" || terminator === ";;&")) {
    place.session.recorder.find(
      needsPerson("fallthrough", "A case that goes on in the next one is not worked out"),
      spanOf(node, place.frame),
    );
  }
  const bodies = node.items.map((item) => (where: Place) => walkScript(item.body, where, stdin));
  return alternatives(place, bodies, true);
}

function walkFor(node: For | Select, place: Place, stdin: Stream): Stream {
  const name = node.name.value;
  const { state } = place;
  const values = node.wordlist === undefined
    ? [...state.positional]
    : node.wordlist.flatMap((word) => expandWord(word, place));
  const span = spanOf(node.name, place.frame);
  const set = (pieces: Arg["pieces"]) => setVariable(place.session, state, name, { pieces }, span);
  if (node.type === "Select") {
    place.session.recorder.find(
      needsPerson("interactive", '"select" waits for a person'),
      spanOf(node, place.frame),
    );
  }
  if (values.length > MAX_TURNS || node.type === "Select") {
    const digits = values.every((arg) =>
      arg.pieces.every((piece) => piece.kind === "text" && /^\d+$/.test(piece.text))
    );
    set([digits ? { kind: "number" } : { kind: "unknown", why: `$${name}` }]);
    return repeat(place, node, () => walkScript(node.body, place, stdin));
  }
  let printed: Stream = NOTHING;
  for (const value of values) {
    const turn = () => {
      set(value.pieces);
      return walkScript(node.body, place, stdin);
    };
    printed = joinStreams(printed, value.many === true ? repeat(place, node, turn) : turn());
  }
  return printed.kind === "text" || values.length < 2 ? printed : UNKNOWN;
}

/** Judges a body as often as its state changes, so that what one turn sets is there in the next. */
function repeat(place: Place, node: { pos: number; end: number }, turn: () => Stream): Stream {
  const { state } = place;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const start = state.fork();
    state.conditional++;
    const printed = turn();
    state.settle();
    state.conditional--;
    state.join(start);
    if (settled(start, state)) {
      return printed.kind === "unknown" ? printed : UNKNOWN;
    }
  }
  place.session.recorder.find(
    needsPerson("loop", "The loop is not worked out"),
    spanOf(node, place.frame),
  );
  return UNKNOWN;
}

function settled(start: ShellState, end: ShellState): boolean {
  const facts = (state: ShellState) =>
    JSON.stringify([
      state.dirs,
      [...state.variables].sort(([a], [b]) => a < b ? -1 : 1),
      [...state.functions].map(([name, bodies]) => [name, bodies.length]),
    ]);
  return facts(start) === facts(end);
}

function define(node: FunctionNode, place: Place): Stream {
  const { state } = place;
  const name = node.name.value;
  const body = { body: node.body, frame: place.frame as Frame };
  const earlier = state.functions.get(name) ?? [];
  if (state.conditional > 0 && earlier.length === 0) state.maybe.add(name);
  state.functions.set(name, state.conditional > 0 ? [...earlier, body] : [body]);
  if (state.conditional === 0) state.maybe.delete(name);
  place.session.defined(name, body);
  return NOTHING;
}

function walkCoproc(node: Coproc, place: Place, stdin: Stream): Stream {
  place.session.recorder.find(
    needsPerson("coproc", "A coprocess is not worked out"),
    spanOf(node, place.frame),
  );
  return walkBody(node.body, { ...place, state: place.state.fork() }, stdin);
}

/** Judges the body of a function or a coprocess. */
export function walkBody(
  body: FunctionNode["body"] | Coproc["body"],
  place: Place,
  stdin: Stream,
): Stream {
  return body.type === "CompoundList"
    ? walkScript(body, place, stdin)
    : walkCommand(body, place, stdin);
}
