import { createHash } from "node:crypto";
import { ANALYZER_VERSION, type AnalysisRequest } from "./analysis.ts";

/** All that an answer depends on. */
export function analysisKey({ sql, dialect, relations }: AnalysisRequest): string {
	const hash = createHash("sha256").update(`${ANALYZER_VERSION}\0${dialect}\0${sql}`);
	for (const { id, name, columns, open } of relations) {
		hash.update(`\0\0${id}\0${name.join("\0")}\0${open}`);
		for (const column of columns) hash.update(`\0${column.name}\0${column.type ?? ""}`);
	}
	return hash.digest("base64url").slice(0, 24);
}
