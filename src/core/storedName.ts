import type { Dialect } from "./adapter.ts";
import type { RelationName } from "./relation.ts";

/** A quoted part, with its quotes doubled inside, or a bare one. */
const PART = /"((?:[^"]|"")*)"|([^."]+)/g;

interface Named {
	readonly database: string;
	readonly schema: string;
	readonly relation_name: string | null;
}

/**
 * What a node's relation is called in the database: with `quoting: {schema: false}` the text says `Mixed.orders`, which
 * the database reads as `mixed.orders`. `relation_name` is how readers are given the name, so it decides.
 */
export function storedName(
	node: Named & ({ readonly alias: string } | { readonly identifier: string }),
	dialect: Pick<Dialect, "fold" | "storedDatabase">,
): RelationName {
	const { database, schema, relation_name: rendered } = node;
	const configured = { database, schema, identifier: "alias" in node ? node.alias : node.identifier };
	const written = [...(rendered ?? "").matchAll(PART)];
	const parts = written.map(([, quoted, bare]) =>
		quoted === undefined ? dialect.fold(bare!) : quoted.replaceAll('""', '"'),
	);
	// Another form is a name of the project's own.
	if (parts.length < 2 || parts.length > 3) return configured;
	const [, quotedDatabase, bareDatabase = database] = (parts.length === 3 ? written[0] : undefined) ?? [];
	return {
		database: quotedDatabase === undefined ? dialect.storedDatabase(bareDatabase) : database,
		schema: parts.at(-2)!,
		identifier: parts.at(-1)!,
	};
}
