import type { Words } from "./data.ts";
import type { Project } from "./project.ts";

export interface Hit {
	readonly node: number;
	readonly score: number;
	/** What matched beside the name: the column. */
	readonly column?: string;
}

/**
 * Nodes that hold all words, the best first: names that are the words, begin with them, hold them; then columns; then
 * descriptions. Ten thousand nodes take some milliseconds.
 */
export function search(project: Project, words: Words | null, text: string, limit = 50): readonly Hit[] {
	const parts = text
		.toLowerCase()
		.split(/[\s.]+/)
		.filter(Boolean);
	if (parts.length === 0) return [];
	const hits: Hit[] = [];
	for (let node = 0; node < project.count; node++) {
		let score = 0;
		let column: string | undefined;
		for (const part of parts) {
			const name = project.lower[node]!;
			const at = name.indexOf(part);
			let best =
				at === -1 ? 0 : name.length === part.length ? 100 : at === 0 ? 60 : /[^a-z0-9]/.test(name[at - 1]!) ? 45 : 30;
			if (best === 0 && project.laneName(node).toLowerCase() === part) best = 5;
			if (best === 0 && words !== null) {
				const found = columnWith(words, node, part);
				if (found !== undefined) {
					best = found.length === part.length ? 20 : 12;
					column ??= found;
				} else if (words.lowerText[node]!.includes(part)) best = 6;
			}
			if (best === 0) {
				score = 0;
				break;
			}
			score += best;
		}
		if (score > 0)
			hits.push({
				node,
				score: score - project.lower[node]!.length / 100,
				...(column === undefined ? {} : { column }),
			});
	}
	return hits.sort((a, b) => b.score - a.score || a.node - b.node).slice(0, limit);
}

function columnWith({ columns, lowerColumns }: Words, node: number, part: string): string | undefined {
	const lower = lowerColumns[node]!;
	const at = lower.indexOf(part);
	if (at === -1) return undefined;
	const end = lower.indexOf(" ", at);
	return columns[node]!.slice(lower.lastIndexOf(" ", at) + 1, end === -1 ? undefined : end);
}
