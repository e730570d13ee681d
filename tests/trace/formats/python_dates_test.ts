import assert from "node:assert/strict";
import { isoDate, parseDate } from "../../../lib/trace/formats/python_dates.ts";

const NOON = Date.UTC(2026, 10, 21, 12, 0, 5) / 1000;

Deno.test("parseDate() reads Python's repr and ISO 8601, with and without zone and fraction", () => {
  const cases: [string, number | undefined][] = [
    [
      "datetime.datetime(2026, 11, 21, 12, 0, 5, 533345, tzinfo=datetime.timezone.utc)",
      NOON + 0.533345,
    ],
    ["datetime.datetime(2026, 11, 21, 12, 0, 5, 533345)", NOON + 0.533345],
    ["datetime.datetime(2026, 11, 21, 12, 0, 5)", NOON],
    ["datetime.datetime(2026, 11, 21, 12, 0)", NOON - 5],
    [
      "datetime.datetime(2026, 11, 21, 14, 0, 5, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200)))",
      NOON,
    ],
    [
      "datetime.datetime(2026, 11, 21, 7, 0, 5, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=68400)))",
      NOON,
    ],
    ["2026-11-21T12:00:05.533345+00:00", NOON + 0.533345],
    ["2026-11-21 12:00:05", NOON],
    ["2026-11-21T14:00:05+02:00", NOON],
    ["2026-11-21T12:00:05Z", NOON],
    ["2026-11-21", NOON - 12 * 3600 - 5],
    ["datetime.datetime(2026, 13, 1, 0, 0)", undefined],
    ["datetime.datetime(2026, 2, 30, 0, 0)", undefined],
    ["datetime.datetime(2026, 11, 21, 12, 0, tzinfo=<DstTzInfo>)", undefined],
    ["yesterday", undefined],
    ["", undefined],
  ];
  for (const [text, seconds] of cases) assert.equal(parseDate(text), seconds, text);
});

Deno.test("isoDate() keeps microseconds", () => {
  assert.equal(isoDate(NOON + 0.533345), "2026-11-21T12:00:05.533345+00:00");
  assert.equal(parseDate(isoDate(1795233641.672996)), 1795233641.672996);
});
