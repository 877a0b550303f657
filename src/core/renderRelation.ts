import type { QuotePolicy, RelationName } from "./relation.ts";

const QUOTE_ALL: QuotePolicy = Object.freeze({ database: true, schema: true, identifier: true });

/** Writes a relation's name, parts without a name left out; without a policy every part is quoted by `quote`. */
export function relationRenderer(quote: (identifier: string) => string) {
	return (relation: RelationName, policy: QuotePolicy = QUOTE_ALL): string => {
		const parts: string[] = [];
		if (relation.database !== "") parts.push(policy.database ? quote(relation.database) : relation.database);
		if (relation.schema !== "") parts.push(policy.schema ? quote(relation.schema) : relation.schema);
		parts.push(policy.identifier ? quote(relation.identifier) : relation.identifier);
		return parts.join(".");
	};
}
