import type { CountedRows, NodePlan, Plan, ScanInput } from "../core/plan.ts";
import { adapterResponse } from "./adapterResponse.ts";
import { lastQuery } from "./ask.ts";
import { readScanPart, type ScanPart } from "./scanPart.ts";

/** Of one statement; far below what a server allows in a list. */
const COUNTS_AT_ONCE = 200;

interface Asked {
	readonly sql: string;
	readonly part: ScanPart;
}

/** Queries of one relation, where there are several, in portions that a statement can hold. */
function scansOf(queries: readonly string[]): readonly (readonly Asked[])[] {
	const byRelation = new Map<string, Asked[][]>();
	for (const sql of new Set(queries)) {
		const part = readScanPart(sql);
		if (part === null) continue;
		const portions = byRelation.get(part.from) ?? [[]];
		byRelation.set(part.from, portions);
		const last = portions.at(-1)!;
		const taken = last.reduce((sum, asked) => sum + asked.part.counts.length, 0);
		if (taken + part.counts.length > COUNTS_AT_ONCE) portions.push([{ sql, part }]);
		else last.push({ sql, part });
	}
	return [...byRelation.values()].flat().filter((asked) => asked.length > 1);
}

/**
 * Several tests of one relation counted by one statement. A query that is alone, or of a shape that is not known, is left
 * out; so is one whose failing rows can only be counted by itself.
 */
export function* planScan({ queries }: ScanInput): Plan<Extract<NodePlan, { kind: "scanned" }>> {
	const counted = new Map<string, CountedRows>();
	for (const asked of scansOf(queries)) {
		const counts = asked.flatMap(({ part }) => part.counts);
		const { from } = asked[0]!.part;
		const sql = `-- one scan for ${asked.length} tests\nselect\n    ${counts.join(",\n    ")}\nfrom ${from}`;
		const table = yield* lastQuery(sql, "tests");
		const response = adapterResponse(table);
		const [row = []] = table.rows;
		let at = 0;
		for (const { sql: of, part } of asked) {
			const found = part.failures(row.slice(at, at + part.counts.length).map(Number));
			at += part.counts.length;
			if (found !== null) counted.set(of, { failures: found, response });
		}
	}
	return { kind: "scanned", counted };
}
