import { messageOf, OwllmError } from "../core/mod.ts";
import type { SmokeReport } from "../smoke/mod.ts";

/** Where reports go besides the terminal. */
export interface ReportFiles {
  readonly junit?: string;
  readonly html?: string;
}

/** Writes the reports that were asked for, readable by their owner only. */
export async function writeReports(report: SmokeReport, files: ReportFiles): Promise<void> {
  const { renderHtml, renderJunit } = await import("../smoke/mod.ts");
  if (files.junit !== undefined) await writeReport(files.junit, renderJunit(report), "--junit");
  if (files.html !== undefined) await writeReport(files.html, await renderHtml(report), "--html");
}

/** Finds out before a run of minutes whether its reports can be written. */
export async function checkReportFiles({ junit, html }: ReportFiles): Promise<void> {
  if (junit !== undefined) await writeReport(junit, "", "--junit");
  if (html !== undefined) await writeReport(html, "", "--html");
}

async function writeReport(path: string, text: string, flag: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
  } catch (cause) {
    throw new OwllmError({
      code: "usage",
      message: `Cannot write "${path}" of ${flag}: ${messageOf(cause)}`,
      context: { path },
      recoverySuggestion: "Name a file in a directory that exists and that you may write to",
      cause,
    });
  }
}
