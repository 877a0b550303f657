import { ANALYZER_VERSION, type Analysis } from "./analysis.ts";
import type { AnalysisMemory } from "./analyzeGraph.ts";

export interface AnalysisCache extends AnalysisMemory {
	/** The document to keep, with what was asked for this time and nothing else; null: as it was read. */
	text(): string | null;
}

/**
 * Answers as `target/analysis.tfm.json` keeps them. A text that is damaged or of another version is as good as none.
 */
export function openAnalysisCache(text: string | null): AnalysisCache {
	const kept = readKept(text);
	const used = new Map<string, Analysis>();
	let changed = false;
	return {
		get(key) {
			const analysis = kept.get(key);
			if (analysis !== undefined) used.set(key, analysis);
			return analysis;
		},
		set(key, analysis) {
			used.set(key, analysis);
			changed = true;
		},
		text: () =>
			changed || used.size !== kept.size
				? `${JSON.stringify({ version: ANALYZER_VERSION, answers: Object.fromEntries(used) })}\n`
				: null,
	};
}

function readKept(text: string | null): ReadonlyMap<string, Analysis> {
	if (text === null) return new Map();
	try {
		const read = JSON.parse(text) as { readonly version?: unknown; readonly answers?: Record<string, Analysis> };
		if (read.version !== ANALYZER_VERSION || typeof read.answers !== "object") return new Map();
		return new Map(Object.entries(read.answers));
	} catch (error) {
		if (error instanceof SyntaxError) return new Map();
		throw error;
	}
}
