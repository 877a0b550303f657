/** Jinja's urlize filter: links and mail addresses in a text as HTML anchors. */
import { asInt, asStr, type Builtin, builtin, may } from "./builtin.ts";
import { truthy } from "./equality.ts";
import { itemsOf } from "./iteration.ts";
import { toText } from "./text.ts";
import { escapeHtml } from "./textFilters.ts";
import type { Value } from "./values.ts";

const HTTP =
	/^(?:(?:https?:\/\/|www\.)(?:[\w%-]+\.)*[a-z]{2,63}|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)|https?:\/\/(?:(?:\d{1,3})(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]))(?::\d{1,5})?(?:[/?#]\S*)?$/i;
const EMAIL = /^\S+@\w[\w.-]*\.\w+$/;

interface Link {
	readonly rel: string;
	readonly target: string;
	readonly shorten: (text: string) => string;
	readonly schemes: readonly string[];
}

export const urlize: Builtin<Value> = builtin<Value>(
	"urlize",
	[may("trim_url_limit"), may("nofollow", false), may("target"), may("rel"), may("extra_schemes")],
	(value, [limit, nofollow, target, rel, schemes]) => {
		const relations = new Set((rel === null ? "" : asStr(rel)).split(/\s+/).filter((r) => r !== ""));
		if (truthy(nofollow)) relations.add("nofollow");
		relations.add("noopener");
		const most = limit === null ? null : asInt(limit);
		const link: Link = {
			rel: ` rel="${escapeHtml([...relations].sort().join(" "))}"`,
			target: target === null ? "" : ` target="${escapeHtml(asStr(target))}"`,
			shorten: (text) => (most !== null && text.length > most ? `${text.slice(0, most)}...` : text),
			schemes: schemes === null ? [] : itemsOf(schemes).map(toText),
		};
		return escapeHtml(toText(value))
			.split(/(\s+)/)
			.map((word) => linkWord(word, link))
			.join("");
	},
);

function linkWord(word: string, link: Link): string {
	const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? "";
	let middle = word.slice(head.length);
	let tail = /(?:[)>.,\n]|&gt;)+$/.exec(middle)?.[0] ?? "";
	middle = middle.slice(0, middle.length - tail.length);
	for (const [open, close] of [
		["(", ")"],
		["<", ">"],
		["&lt;", "&gt;"],
	] as const) {
		const unclosed = middle.split(open).length - middle.split(close).length;
		for (let i = 0; i < unclosed && tail.includes(close); i++) {
			const end = tail.indexOf(close) + close.length;
			middle += tail.slice(0, end);
			tail = tail.slice(end);
		}
	}
	return head + anchor(middle, link) + tail;
}

function anchor(word: string, link: Link): string {
	const { rel, target, shorten, schemes } = link;
	if (HTTP.test(word)) {
		const url = /^https?:\/\//.test(word) ? word : `https://${word}`;
		return `<a href="${url}"${rel}${target}>${shorten(word)}</a>`;
	}
	if (word.startsWith("mailto:") && EMAIL.test(word.slice(7))) return `<a href="${word}">${word.slice(7)}</a>`;
	if (word.includes("@") && !word.startsWith("www.") && !word.includes(":") && EMAIL.test(word))
		return `<a href="mailto:${word}">${word}</a>`;
	const scheme = schemes.find((s) => word !== s && word.startsWith(s));
	return scheme === undefined ? word : `<a href="${word}"${rel}${target}>${word}</a>`;
}
