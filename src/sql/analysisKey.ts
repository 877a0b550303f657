import { createHash } from "node:crypto";
import { ANALYZER_VERSION, type AnalysisRequest, type KnownRelation } from "./analysis.ts";

/** Most relations are read several times: the text of each is put together once. */
const texts = new WeakMap<KnownRelation, string>();

/** All that an answer depends on. */
export function analysisKey({ sql, dialect, relations }: AnalysisRequest): string {
	const hash = createHash("sha256").update(`${ANALYZER_VERSION}\0${dialect}\0${sql}`);
	return hash.update(relations.map(textOf).join("")).digest("base64url").slice(0, 24);
}

function textOf(relation: KnownRelation): string {
	const known = texts.get(relation);
	if (known !== undefined) return known;
	const { id, name, columns, open, byHand = false } = relation;
	const listed = columns.map((column) => `\0${column.name}\0${column.type ?? ""}`).join("");
	const text = `\0\0${id}\0${name.join("\0")}\0${open}\0${byHand}\0${columns.length}${listed}`;
	texts.set(relation, text);
	return text;
}
