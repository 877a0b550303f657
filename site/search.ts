import type { SearchData } from "../src/docs/siteData.ts";

export interface Hit {
	readonly node: number;
	readonly score: number;
	/** What matched beside the name: the column. */
	readonly column?: string;
}

/** What is searched of a project: names and lanes of nodes, by position. */
export interface Searched {
	readonly names: readonly string[];
	readonly lanes: readonly string[];
}

/** Finds nodes that hold all words of a text, the best first. */
export interface Search {
	hits(text: string, limit?: number): readonly Hit[];
	/** All of them, and nothing said of why. */
	nodes(text: string): readonly number[];
}

const SCORE = {
	nameIs: 100,
	nameBegins: 60,
	nameWord: 45,
	nameHolds: 30,
	columnIs: 20,
	columnHolds: 12,
	text: 6,
	lane: 5,
};
/** Above all positions of nodes: score and position are one number, which sorts as a number does. */
const POSITIONS = 2 ** 22;
const nodeOf = (key: number): number => key - Math.floor(key / POSITIONS) * POSITIONS;

/**
 * Names that are the words, begin with them, hold them; then columns; then descriptions; then the layer. Texts are laid
 * out once: a key that is pressed looks through three strings and a list of distinct column names, which is some
 * milliseconds for ten thousand nodes. `words` is null until they are there: names alone are searched.
 */
export function createSearch({ names, lanes }: Searched, words: SearchData | null): Search {
	const count = names.length;
	const name = layOut(names);
	const text = words === null ? null : layOut(words.text);
	const columns = words === null ? [] : distinctColumns(words.columns);
	const lane = lanes.map((each) => each.toLowerCase());
	const best = new Uint8Array(count);
	const sum = new Float64Array(count);
	const found = new Int32Array(count);

	function rate(part: string): void {
		best.fill(0);
		found.fill(-1);
		for (let node = 0; node < count; node++) if (lane[node] === part) best[node] = SCORE.lane;
		text?.holding(part, (node) => {
			best[node] = SCORE.text;
		});
		for (const [at, { lower, nodes }] of columns.entries()) {
			if (!lower.includes(part)) continue;
			const score = lower.length === part.length ? SCORE.columnIs : SCORE.columnHolds;
			for (const node of nodes)
				if (score > best[node]!) {
					best[node] = score;
					found[node] = at;
				}
		}
		name.holding(part, (node, at, length, before) => {
			best[node] =
				length === part.length
					? SCORE.nameIs
					: at === 0
						? SCORE.nameBegins
						: /[^a-z0-9]/.test(before)
							? SCORE.nameWord
							: SCORE.nameHolds;
			found[node] = -1;
		});
	}

	const column = new Int32Array(count);
	/** Score and position of what was found, as numbers in their order. */
	function sorted(asked: string): Float64Array {
		const parts = asked
			.toLowerCase()
			.split(/[\s.]+/)
			.filter(Boolean);
		if (parts.length === 0) return new Float64Array(0);
		column.fill(-1);
		sum.fill(0);
		for (const part of parts) {
			rate(part);
			for (let node = 0; node < count; node++) {
				sum[node] = best[node] === 0 ? Number.NaN : sum[node]! + best[node]!;
				if (column[node] === -1) column[node] = found[node]!;
			}
		}
		const keys = new Float64Array(count);
		let hits = 0;
		const shortFirst = (node: number): number => Math.min(2000, names[node]!.length);
		for (let node = 0; node < count; node++)
			if (sum[node]! > 0)
				keys[hits++] = (1_000_000 - Math.round(sum[node]! * 100) + shortFirst(node)) * POSITIONS + node;
		return keys.subarray(0, hits).sort();
	}

	return {
		nodes: (asked) => Array.from(sorted(asked), nodeOf),
		hits: (asked, limit = 50) =>
			Array.from(sorted(asked).subarray(0, limit), (key): Hit => {
				const node = nodeOf(key);
				const score = sum[node]! - names[node]!.length / 100;
				return column[node] === -1 ? { node, score } : { node, score, column: columns[column[node]!]!.name };
			}),
	};
}

/** All texts in one string, in lower case: to look through it is one call of the engine for each place found. */
function layOut(texts: readonly string[]) {
	const lower = texts.map((text) => text.toLowerCase().replaceAll("\n", " "));
	const all = lower.join("\n");
	const start = new Int32Array(texts.length + 1);
	for (const [i, text] of lower.entries()) start[i + 1] = start[i]! + text.length + 1;
	return {
		/** Calls back for the first place in each text: where in it, the text's length, and the letter before. */
		holding(part: string, each: (text: number, at: number, length: number, before: string) => void): void {
			let text = 0;
			for (let at = all.indexOf(part); at !== -1; at = all.indexOf(part, start[text + 1])) {
				while (start[text + 1]! <= at) text++;
				each(text, at - start[text]!, start[text + 1]! - start[text]! - 1, all[at - 1] ?? "");
				if (text + 1 >= texts.length) return;
			}
		},
	};
}

/** Each column's name once, with the nodes that have it. */
function distinctColumns(
	lists: readonly string[],
): readonly { name: string; lower: string; nodes: readonly number[] }[] {
	const byName = new Map<string, { name: string; lower: string; nodes: number[] }>();
	for (const [node, list] of lists.entries())
		for (const name of list.split(" ")) {
			if (name === "") continue;
			const known = byName.get(name);
			if (known === undefined) byName.set(name, { name, lower: name.toLowerCase(), nodes: [node] });
			else known.nodes.push(node);
		}
	return [...byName.values()];
}
