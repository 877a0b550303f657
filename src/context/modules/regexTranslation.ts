/** Python's regular expressions as JavaScript's: the syntax that differs is rewritten, the rest passes as it is. */
import { fail } from "../../core/diagnostic.ts";
import { repr } from "../../jinja/jinja.ts";

export const FLAGS = { I: 2, L: 4, M: 8, S: 16, U: 32, X: 64, A: 256 } as const;

const INLINE: Readonly<Record<string, number>> = {
	i: FLAGS.I,
	m: FLAGS.M,
	s: FLAGS.S,
	x: FLAGS.X,
	a: FLAGS.A,
	u: FLAGS.U,
	L: FLAGS.L,
};

interface Translated {
	readonly source: string;
	readonly flags: number;
}

/** `sticky` anchors at the position, as match() does. Errors: REF-020 for what JavaScript cannot express. */
export function compileRegex(pattern: string, flags: number): RegExp {
	const translated = translate(pattern, flags);
	const has = (flag: number) => (translated.flags & flag) !== 0;
	const options = `g${has(FLAGS.I) ? "i" : ""}${has(FLAGS.M) ? "m" : ""}${has(FLAGS.S) ? "s" : ""}u`;
	try {
		return new RegExp(translated.source, options);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const problem = error.message.replace(/^Invalid regular expression: .*: /s, "");
		return fail("TFM-REF-020", { pattern: repr(pattern), problem });
	}
}

const UNICODE_WORD = "\\p{L}\\p{N}_";
/** Python's \w, \d and \s match Unicode in text patterns. */
const CLASSES: Readonly<Record<string, string>> = { w: UNICODE_WORD, d: "\\p{Nd}", s: "\\s" };

function translate(pattern: string, flags: number): Translated {
	let out = "";
	let inClass = false;
	for (let i = 0; i < pattern.length; i++) {
		const c = pattern[i] ?? "";
		if (c === "\\") {
			const [text, used] = escapeAt(pattern, i, { inClass, ascii: (flags & FLAGS.A) !== 0 });
			out += text;
			i += used - 1;
		} else if (inClass) {
			if (c === "]") inClass = false;
			// Under JavaScript's u flag an open bracket inside a class needs its escape.
			out += c === "[" ? "\\[" : c;
		} else if (c === "[") {
			inClass = true;
			out += c;
			if (pattern[i + 1] === "^") out += pattern[++i];
			if (pattern[i + 1] === "]") {
				out += "\\]";
				i++;
			}
		} else if (c === "(" && pattern[i + 1] === "?") {
			const group = groupAt(pattern, i);
			out += group.text;
			flags |= group.flags;
			i += group.used - 1;
		} else if ((flags & FLAGS.X) !== 0 && /\s/.test(c)) {
			// Verbose patterns ignore white space and comments.
		} else if ((flags & FLAGS.X) !== 0 && c === "#") {
			while (i + 1 < pattern.length && pattern[i + 1] !== "\n") i++;
		} else if (c === "{" && !/^\{\d*(,\d*)?\}/.test(pattern.slice(i))) {
			out += "\\{";
		} else if (c === "}" && !/\{\d*(,\d*)?$/.test(pattern.slice(0, i))) {
			out += "\\}";
		} else if (c === "]") {
			out += "\\]";
		} else if (c === "{" && pattern[i + 1] === ",") {
			out += "{0";
		} else if (c === "$" && (flags & FLAGS.M) === 0) {
			// Python's end is also before a last newline.
			out += "(?=\\n?(?![^]))";
		} else out += c;
	}
	return { source: out, flags };
}

interface Where {
	readonly inClass: boolean;
	readonly ascii: boolean;
}

function escapeAt(pattern: string, at: number, { inClass, ascii }: Where): readonly [string, number] {
	const next = pattern[at + 1];
	if (next === undefined)
		return fail("TFM-REF-020", { pattern: repr(pattern), problem: "a backslash stands at its end" });
	if (next === "A") return ["(?<![^])", 2];
	if (next === "Z") return ["(?![^])", 2];
	if (next === "a") return ["\\x07", 2];
	const lower = next.toLowerCase();
	const unicode = Object.hasOwn(CLASSES, lower) ? CLASSES[lower] : undefined;
	if (unicode !== undefined) {
		if (ascii || next === "s" || next === "S") return [`\\${next}`, 2];
		if (next === lower) return [inClass ? unicode : `[${unicode}]`, 2];
		return inClass ? [`\\${next}`, 2] : [`[^${unicode}]`, 2];
	}
	if (/[bB]/.test(next)) return [inClass ? "\\x08" : `\\${next}`, 2];
	if (/[1-9]/.test(next)) {
		const digits = /^\d{1,2}/.exec(pattern.slice(at + 1))?.[0] ?? next;
		return [`(?:\\${digits})`, 1 + digits.length];
	}
	if (next === "0") return ["\\x00", 2];
	if (next === "U") return [`\\u{${pattern.slice(at + 2, at + 10)}}`, 10];
	if (/[nrtfvxu]/.test(next)) return [`\\${next}`, 2];
	// An escaped character that needs no escape is an error in JavaScript and itself in Python.
	return [/[\^$\\.*+?()[\]{}|/-]/.test(next) ? (next === "-" && !inClass ? "-" : `\\${next}`) : next, 2];
}

interface Group {
	readonly text: string;
	readonly used: number;
	readonly flags: number;
}

function groupAt(pattern: string, at: number): Group {
	const rest = pattern.slice(at);
	const plain = (text: string, used: number, flags = 0): Group => ({ text, used, flags });
	let m = /^\(\?P<(\w+)>/.exec(rest);
	if (m !== null) return plain(`(?<${m[1]}>`, m[0].length);
	m = /^\(\?P=(\w+)\)/.exec(rest);
	if (m !== null) return plain(`\\k<${m[1]}>`, m[0].length);
	m = /^\(\?#[^)]*\)/.exec(rest);
	if (m !== null) return plain("", m[0].length);
	m = /^\(\?([aiLmsux]+)\)/.exec(rest);
	if (m !== null)
		return plain(
			"",
			m[0].length,
			[...(m[1] ?? "")].reduce((sum, f) => sum | (INLINE[f] ?? 0), 0),
		);
	m = /^\(\?(?::|=|!|<=|<!)/.exec(rest);
	if (m !== null) return plain(m[0], m[0].length);
	return fail("TFM-REF-020", {
		pattern: repr(pattern),
		problem: `the group ${rest.slice(0, 4)}… has no equal in JavaScript`,
	});
}
