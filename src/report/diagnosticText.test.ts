import { expect, test } from "vitest";
import type { Diagnostic } from "../core/diagnostic.ts";
import { diagnosticText } from "./diagnosticText.ts";
import { OUTPUT, recorder, START } from "./eventFixtures.ts";
import { createLook } from "./look.ts";
import { printDiagnostics } from "./printDiagnostics.ts";

const look = createLook(recorder(), OUTPUT, {});
const none = (): undefined => undefined;

const missing = (rest: Partial<Diagnostic> = {}): Diagnostic => ({
	code: "TFM-JINJA-001",
	severity: "error",
	message: 'model "stg_user" not found',
	hint: 'did you mean "stg_users" (silver)?',
	at: { file: "models/gold/orders.sql", line: 12, column: 18, endColumn: 28 },
	source: "left join {{ ref('stg_user') }} u",
	related: [],
	...rest,
});

test("a mistake has its place, the line, and the hint at the marked words", () => {
	expect(diagnosticText(missing(), look, none)).toBe(
		[
			' error[TFM-JINJA-001]: model "stg_user" not found',
			"   ┌─ models/gold/orders.sql:12:18",
			" 12│ left join {{ ref('stg_user') }} u",
			'   │                  ^^^^^^^^^^ did you mean "stg_users" (silver)?',
		].join("\n"),
	);
});

test("tabs and wide characters do not shift the marks", () => {
	const at = { file: "a.sql", line: 3, column: 4, endColumn: 5 };
	const text = diagnosticText(missing({ at, source: "\t日本x", hint: "here" }), look, none);
	expect(text.split("\n").slice(2)).toEqual([" 3│     日本x", "  │         ^ here"]);
});

test("related places follow with their labels; their lines are looked up", () => {
	const related = [{ label: "first defined here", at: { file: "b.yml", line: 104, column: 1, endColumn: 5 } }];
	const text = diagnosticText(missing({ related, hint: "rename one\nof them" }), look, () => "name: x");
	expect(text).toBe(
		[
			' error[TFM-JINJA-001]: model "stg_user" not found',
			"    ┌─ models/gold/orders.sql:12:18",
			"  12│ left join {{ ref('stg_user') }} u",
			"    │                  ^^^^^^^^^^",
			"    ┌─ b.yml:104:1   first defined here",
			" 104│ name: x",
			"    │ ^^^^",
			"     = hint: rename one",
			"             of them",
		].join("\n"),
	);
});

test("a long line is cut around the marked words", () => {
	const source = `${"a".repeat(300)} BAD ${"b".repeat(300)}`;
	const at = { file: "a.sql", line: 1, column: 302, endColumn: 305 };
	const [, , line = "", marks = ""] = diagnosticText(missing({ at, source, hint: "" }), look, none).split("\n");
	expect(line.length).toBeLessThanOrEqual(100);
	expect(line.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("BAD");
});

test("without a place there is no frame, and hint and next step stand below", () => {
	const { at: _at, source: _source, ...bare } = missing({ next: "tfm ls" });
	expect(diagnosticText(bare, look, none)).toBe(
		[
			' error[TFM-JINJA-001]: model "stg_user" not found',
			'   = hint: did you mean "stg_users" (silver)?',
			"   = next: tfm ls",
		].join("\n"),
	);
});

const print = (output: Partial<typeof OUTPUT>) => {
	const stdout = recorder();
	const stderr = recorder();
	const remark = missing({
		severity: "warning",
		message: "old key",
		at: { file: "a.yml", line: 1, column: 1 },
		source: "x",
	});
	printDiagnostics([remark, missing(), missing()], {
		output: { ...OUTPUT, ...output },
		env: {},
		stdout,
		stderr,
		now: new Date(START),
		readLine: none,
		elapsedMs: 214,
	});
	return { stdout: stdout.text(), stderr: stderr.text() };
};

test("collected mistakes are all printed to stderr, then counted", () => {
	const { stdout, stderr } = print({});
	expect(stdout).toBe("");
	expect(stderr.split("\n").filter((line) => /^ (error|warning)\[/.test(line))).toHaveLength(3);
	expect(stderr.endsWith("\n\n 2 errors, nothing was run (0.2s)\n")).toBe(true);
});

test("with -q remarks are left out, with -qq everything, with JSON each is an event on stdout", () => {
	expect(print({ verbosity: -1 }).stderr).not.toContain("warning");
	expect(print({ verbosity: -2 })).toEqual({ stdout: "", stderr: "" });
	const { stdout, stderr } = print({ logFormat: "events" });
	expect(stderr).toBe("");
	expect(JSON.parse(stdout.split("\n")[1]!)).toMatchObject({
		v: 1,
		ts: "2026-11-21T06:12:03.000Z",
		level: "error",
		event: "diagnostic",
		seq: 2,
		diagnostic: { code: "TFM-JINJA-001", at: { line: 12 } },
	});
});

test("colour follows the flag, then NO_COLOR, then FORCE_COLOR, then the terminal", () => {
	const colored = (tty: boolean, color: "auto" | "always" | "never", env: Record<string, string>) =>
		createLook(recorder(tty), { ...OUTPUT, color }, env).color;
	expect([
		colored(true, "auto", {}),
		colored(false, "auto", {}),
		colored(true, "auto", { NO_COLOR: "1" }),
		colored(true, "auto", { NO_COLOR: "" }),
		colored(false, "auto", { FORCE_COLOR: "1" }),
		colored(true, "auto", { FORCE_COLOR: "0" }),
		colored(true, "auto", { TERM: "dumb" }),
		colored(false, "always", { NO_COLOR: "1" }),
		colored(true, "never", { FORCE_COLOR: "1" }),
	]).toEqual([true, false, false, true, true, false, false, true, false]);
});

test("signs are ASCII where the locale is not UTF-8 or the terminal is dumb", () => {
	const sign = (env: Record<string, string>) => createLook(recorder(), OUTPUT, env).signs.ok;
	expect([
		sign({}),
		sign({ LANG: "de_DE.UTF-8" }),
		sign({ LANG: "C" }),
		sign({ LC_ALL: "POSIX", LANG: "en_US.UTF-8" }),
		sign({ TERM: "dumb", LANG: "en_US.UTF-8" }),
	]).toEqual(["✓", "✓", "+", "+", "+"]);
});
