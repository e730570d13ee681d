import { mayLeadOut } from "./links.ts";
import {
  type Access,
  type Finding,
  isInside,
  judgePath,
  judgePattern,
  resolvePath,
} from "./paths.ts";
import { couldNameSecret, isSecretName, selectsSecrets } from "./secrets.ts";
import { needsPerson, refused, type Session } from "./session.ts";
import type { ShellState } from "./state.ts";
import { type Arg, display, has, known, type Listing } from "./values.ts";

/** A tree that is too large to be looked through quickly is taken to have no link that leads out. */
const QUICK_LOOK = { most: 150, whenTooLarge: false };

/** How a program uses the paths it is given. */
export interface PathUse {
  /** It shows sizes, sums or matching lines, not whole contents: many files at once are fine. */
  readonly bulk?: boolean;
}

/** Judges a word that names a file, from every directory that the command may be in, and records the effect. */
export function judgeArg(
  arg: Arg,
  access: Access,
  state: ShellState,
  session: Session,
  use: PathUse = {},
): void {
  const { recorder } = session;
  const changes = access === "write" || access === "delete";
  const kind = changes ? "writes" : "reads";
  const text = known(arg);
  const absolute = text !== undefined && text.startsWith("/");
  if (text !== undefined) {
    for (const dir of state.dirs) recorder.effect(kind, resolvePath(dir, text));
    if (state.dirs.length === 0) recorder.effect(kind, text);
  } else recorder.effect(kind, display(arg));
  if (text === "") return;
  if (state.dirs.length === 0 && !absolute) {
    recorder.find(
      needsPerson("unknown_directory", `"${display(arg)}" is in an unknown directory`),
      arg,
    );
  }
  for (const finding of findingsOf(arg, text, access, state, session, use)) {
    recorder.find(finding, arg);
  }
}

function findingsOf(
  arg: Arg,
  text: string | undefined,
  access: Access,
  state: ShellState,
  session: Session,
  use: PathUse,
): Finding[] {
  const { context } = session;
  const dirs = state.dirs.length > 0 ? state.dirs : ["/"];
  if (text !== undefined) {
    return dirs.flatMap((dir) => judgePath(text, access, dir, context));
  }
  if (arg.pieces.length === 1 && has(arg, "process")) return [];
  const numbers = arg.pieces.map((piece) =>
    piece.kind === "number" || piece.kind === "word"
      ? { kind: "text", text: "0", quoted: true } as const
      : piece
  );
  const filled = known({ ...arg, pieces: numbers });
  if (filled !== undefined) return dirs.flatMap((dir) => judgePath(filled, access, dir, context));
  if (numbers.every(({ kind }) => kind === "text" || kind === "glob")) {
    const pattern = display({ ...arg, pieces: numbers });
    const effective = use.bulk === true && access === "read" ? "stat" : access;
    return [
      ...dirs.flatMap((dir) => judgePattern(pattern, effective, dir, context)),
      ...(use.bulk === true ? judgeSelection(pattern) : []),
    ];
  }
  const paths = arg.pieces.filter((piece) => piece.kind === "path");
  const rest = numbers.filter(({ kind }) => kind !== "path");
  if (
    paths.length === 1 && rest.every((piece) => piece.kind === "text" && !/[./]/.test(piece.text))
  ) {
    return paths.flatMap(({ listing }) => judgeListing(listing, access, dirs, session, use));
  }
  // Even when not all of the name is known, its end can say enough.
  const last = arg.pieces.at(-1);
  const tail = last?.kind === "text" ? last.text.slice(last.text.lastIndexOf("/")) : "";
  if (tail.startsWith("/") && access !== "stat" && isSecretName(tail.slice(1))) {
    return [refused("secret", `"${display(arg)}" may hold keys, tokens or passwords`)];
  }
  return [needsPerson("unknown_path", `"${display(arg)}" is not known before the command runs`)];
}

/** What speaks against a pattern that a program itself holds against names. */
export function judgeSelection(pattern: string): Finding[] {
  switch (selectsSecrets(pattern)) {
    case "yes":
      return [refused("secret", `"${pattern}" selects files that hold secrets`)];
    case "maybe":
      return [needsPerson("pattern", `"${pattern}" may select files that hold secrets`)];
    case "no":
      return [];
  }
}

/** Paths that an earlier command printed: they are below its roots. */
function judgeListing(
  listing: Listing,
  access: Access,
  dirs: readonly string[],
  session: Session,
  use: PathUse,
): Finding[] {
  const rootAccess = access === "read" ? "tree" : access;
  const findings = dirs.flatMap((dir) =>
    listing.roots.flatMap((root) =>
      access === "delete" || access === "write"
        ? judgePath(`${root}/‹listed›`, rootAccess, dir, session.context)
        : judgePath(root, rootAccess, dir, session.context)
    )
  );
  if (access === "delete") {
    const outside = dirs.some((dir) =>
      listing.roots.some((root) => !isInside(resolvePath(dir, root), session.context.repository))
    );
    if (outside) {
      findings.push(refused("destroys", "Files outside the repository would be removed"));
    }
  }
  if (access === "stat" || access === "tree") return findings;
  for (const name of listing.names ?? []) findings.push(...judgeSelection(name));
  const mayBeSecret = listing.names === undefined
    ? listing.hidden
    : listing.names.some(couldNameSecret);
  // A listed file may be a link: followed as far as a tree can be looked through.
  const leadsOut = dirs.some((dir) =>
    listing.roots.some((root) => mayLeadOut(resolvePath(dir, root), session.context, QUICK_LOOK))
  );
  if (leadsOut) {
    findings.push(needsPerson("links", "A listed file may be a link out of the repository"));
  }
  if (mayBeSecret && use.bulk !== true) {
    findings.push(needsPerson("pattern", "The listed files may hold secrets"));
  }
  return findings;
}
