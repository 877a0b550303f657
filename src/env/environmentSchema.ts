import { createHash } from "node:crypto";

/** What an environment's own schemas end with. */
const BETWEEN = "__";

/**
 * The schema of an environment for what otherwise stands in `schema`: `analytics__ci_482`. Where an engine allows fewer
 * bytes, the front is cut and a digest of the whole keeps two such names apart.
 */
export function environmentSchema(schema: string, name: string, maxBytes: number): string {
	const whole = `${schema}${BETWEEN}${name}`;
	const bytes = new TextEncoder();
	if (bytes.encode(whole).length <= maxBytes) return whole;
	const digest = createHash("sha256").update(whole).digest("hex").slice(0, 8);
	const end = `_${digest}${BETWEEN}${name}`;
	const room = maxBytes - bytes.encode(end).length;
	let front = "";
	for (const character of schema) {
		if (bytes.encode(front + character).length > room) break;
		front += character;
	}
	return `${front}${end}`;
}
