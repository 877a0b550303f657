import type { Dialect } from "./adapter.ts";
import type { RelationName } from "./relation.ts";

/** A quoted part, with its quotes doubled inside, or a bare one. */
const PART = /"((?:[^"]|"")*)"|([^."]+)/g;
/** Two or three of them, and nothing else. */
const WHOLE = /^(?:"(?:[^"]|"")*"|[^."]+)(?:\.(?:"(?:[^"]|"")*"|[^."]+)){1,2}$/;

/** How the database stores the names that a project writes. */
export type StoredNames = Pick<Dialect, "fold" | "storedDatabase" | "storedSchema">;

interface Named {
	readonly database: string;
	readonly schema: string;
	readonly relation_name: string | null;
}

/** False where a part is written bare that only quotes make a name: `shop.a"b` is none, nor is `db.shop.v1.orders`. */
export const isWritable = ({ relation_name: rendered }: Pick<Named, "relation_name">): boolean =>
	rendered === null || WHOLE.test(rendered);

/** Which parts of a name that can be written stand there without quotes; a part that is not there does not. */
export function bareParts({ relation_name: rendered }: Pick<Named, "relation_name">) {
	const bare = rendered === null ? [] : [...rendered.matchAll(PART)].map(([, , written]) => written !== undefined);
	return {
		database: bare.length === 3 && bare[0] === true,
		schema: bare.at(-2) === true,
		relation: bare.at(-1) === true,
	};
}

/**
 * What a node's relation is called in the database: with `quoting: {schema: false}` the text says `Mixed.orders`, which
 * the database reads as `mixed.orders`. `relation_name` is how readers are given the name, so it decides.
 */
export function storedName(
	node: Named & ({ readonly alias: string } | { readonly identifier: string }),
	dialect: StoredNames,
): RelationName {
	const { database, schema, relation_name: rendered } = node;
	const identifier = "alias" in node ? node.alias : node.identifier;
	if (rendered === null) return { database, schema: dialect.storedSchema(schema), identifier };
	if (!WHOLE.test(rendered)) return asSpelled(rendered, { database, schema, identifier }, dialect);
	const written = [...rendered.matchAll(PART)];
	const parts = written.map(([, quoted, bare]) =>
		quoted === undefined ? dialect.fold(bare!) : quoted.replaceAll('""', '"'),
	);
	const [, quotedDatabase, bareDatabase = database] = (parts.length === 3 ? written[0] : undefined) ?? [];
	return {
		database:
			quotedDatabase === undefined ? dialect.storedDatabase(bareDatabase) : quotedDatabase.replaceAll('""', '"'),
		schema: dialect.storedSchema(parts.at(-2)!),
		identifier: parts.at(-1)!,
	};
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * A text that the database cannot read as a name, but whose parts are those that are configured, each with quotes or
 * without. Nothing stands under such a name, but its schema and its database may, and other nodes are in them. Another
 * form is a name of the project's own.
 */
function asSpelled(
	rendered: string,
	{ database, schema, identifier }: RelationName,
	dialect: StoredNames,
): RelationName {
	const spellings = (name: string, fold: (name: string) => string) => [
		{ text: quote(name), stored: name },
		{ text: name, stored: fold(name) },
	];
	const databases = [
		...spellings(database, dialect.storedDatabase).map(({ text, stored }) => ({ text: `${text}.`, stored })),
		{ text: "", stored: dialect.storedDatabase(database) },
	];
	for (const d of databases)
		for (const s of spellings(schema, dialect.fold))
			for (const i of spellings(identifier, dialect.fold))
				if (`${d.text}${s.text}.${i.text}` === rendered)
					return { database: d.stored, schema: s.stored, identifier: i.stored };
	return { database, schema, identifier };
}
