import { styleText } from "node:util";
import type { OutputOptions, OutputStream } from "../core/invocation.ts";

export type Tone = "good" | "bad" | "warn" | "dim" | "strong";

/** The signs of the display; each has an ASCII stand-in, and none is told apart from another by colour alone. */
export interface Signs {
	readonly ok: string;
	readonly failed: string;
	readonly warned: string;
	readonly skipped: string;
	readonly running: string;
	readonly dot: string;
	readonly ellipsis: string;
	readonly bar: { readonly done: string; readonly head: string; readonly rest: string };
	readonly frame: { readonly corner: string; readonly side: string };
}

const UNICODE: Signs = {
	ok: "✓",
	failed: "✗",
	warned: "!",
	skipped: "↷",
	running: "▸",
	dot: "·",
	ellipsis: "…",
	bar: { done: "━", head: "╸", rest: "━" },
	frame: { corner: "┌─", side: "│" },
};
const ASCII: Signs = {
	ok: "+",
	failed: "x",
	warned: "!",
	skipped: "-",
	running: ">",
	dot: "|",
	ellipsis: "...",
	bar: { done: "=", head: ">", rest: "." },
	frame: { corner: "-->", side: "|" },
};

/** How text is shown on one stream: signs, colours, width. */
export interface Look {
	readonly signs: Signs;
	readonly color: boolean;
	readonly width: number;
	/** Colours are for status only. */
	paint(tone: Tone, text: string): string;
}

const STYLES = { good: "green", bad: "red", warn: "yellow", dim: "dim", strong: "bold" } as const;
const LEAST_WIDTH = 40;
/** Where no terminal gives a width, lines are made for a CI log. */
const PLAIN_WIDTH = 100;

/** Decides signs, colours and width for `stream` from flags and environment. */
export function createLook(stream: OutputStream, output: OutputOptions, env: Environment): Look {
	const color = wantsColor(stream, output.color, env);
	const signs = speaksUtf8(env) ? UNICODE : ASCII;
	// A terminal in a container may say that it has no columns at all.
	const columns = stream.isTTY && stream.columns > 0 ? stream.columns : PLAIN_WIDTH;
	const width = Math.max(LEAST_WIDTH, output.width ?? columns);
	return {
		// Without colour the two halves of the bar must differ in shape.
		signs: color || signs === ASCII ? signs : { ...signs, bar: { ...signs.bar, rest: "─" } },
		color,
		width,
		paint: (tone, text) => (color ? styleText(STYLES[tone], text, { validateStream: false }) : text),
	};
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `--color` wins; then NO_COLOR (https://no-color.org: any non-empty value), FORCE_COLOR, and at last the terminal. */
function wantsColor(stream: OutputStream, flag: OutputOptions["color"], env: Environment): boolean {
	if (flag !== "auto") return flag === "always";
	if ((env.NO_COLOR ?? "") !== "") return false;
	const forced = env.FORCE_COLOR;
	if (forced !== undefined) return forced !== "0" && forced !== "false";
	return stream.isTTY && env.TERM !== "dumb";
}

/** POSIX: LC_ALL, LC_CTYPE, LANG in this order. No locale at all is what containers have: they show UTF-8. */
function speaksUtf8(env: Environment): boolean {
	if (env.TERM === "dumb" || env.TERM === "linux") return false;
	const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => (value ?? "") !== "");
	return locale === undefined || /utf-?8/i.test(locale);
}
