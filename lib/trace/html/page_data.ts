/** What the page of a trace carries as JSON: `render.ts` writes it, the scripts in `page/` read it. */

/** What a row of the page is. */
export type RowKind =
  | "session"
  | "step"
  | "model"
  | "tool"
  | "action"
  | "environment"
  | "message"
  | "span";

/** A line of the waterfall. Keys are short because there are thousands of rows. */
export interface PageRow {
  /** What `#` in the address names: `step-3`, `seq-12`, `span-4`. */
  readonly id: string;
  readonly kind: RowKind;
  readonly depth: number;
  readonly name: string;
  /** One line about it. */
  readonly line: string;
  /** Milliseconds since the session began. */
  readonly at: number;
  /** Milliseconds; absent for a moment. */
  readonly ms?: number;
  /** Tokens read and written by a model. */
  readonly read?: number;
  readonly wrote?: number;
  /** Tokens written per second. */
  readonly rate?: number;
  readonly failed?: true;
  /** It has no end: it runs, or a crash cut it. */
  readonly open?: true;
}

/** A short text, or the number of a long one in the page's table of texts. */
export type TextRef = string | number;

/** A long text; with the size of the whole in bytes where the page has only its beginning. */
export type PageText = string | readonly [head: string, bytes: number];

/** A text under a title. */
export interface TextBlock {
  readonly type: "text";
  readonly title: string;
  readonly text: TextRef;
  readonly json?: true;
  /** Shown closed at first. */
  readonly closed?: true;
}

/** A tool call that a model asked for. */
export interface PageCall {
  readonly name: string;
  readonly id: string | null;
  readonly arguments: TextRef;
}

/** A message to or from a model. */
export interface PageMessage {
  readonly role: string;
  /** Such as the name of a tool, or the call that is answered. */
  readonly about: string;
  readonly parts: readonly { readonly type: string; readonly text: TextRef }[];
  readonly calls: readonly PageCall[];
}

/** Messages by their numbers in the page's table; those of a run were on the page before. */
export interface MessagesBlock {
  readonly type: "messages";
  readonly title: string;
  readonly messages: readonly (number | readonly number[])[];
}

/** What is shown of a row when it is selected. */
export type Block =
  | TextBlock
  | MessagesBlock
  | { readonly type: "facts"; readonly facts: readonly (readonly [string, TextRef])[] }
  | { readonly type: "error"; readonly kind: string; readonly message: TextRef }
  | {
    readonly type: "changes";
    /** More places changed than are listed. */
    readonly more: number;
    readonly changes: readonly {
      readonly path: string;
      readonly before: TextRef | null;
      readonly after: TextRef | null;
    }[];
  };

/** The numbers that the scripts need beside the rows. */
export interface PageHead {
  /** The command that shows the session whole. */
  readonly show: string;
  /** Length of the time axis in milliseconds. */
  readonly total: number;
  readonly rows: readonly PageRow[];
}
