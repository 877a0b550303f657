import type { Session } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import type { AclItem, Catalog, Dependent, RelationFacts } from "./catalogFacts.ts";
import { DEPENDENTS_SQL, ENVIRONMENT_SQL, FACTS_SQL, OIDS_SQL } from "./catalogSql.ts";

interface Environment {
	readonly role: string;
	readonly lockSlots: number;
	readonly schemas: readonly string[];
	readonly everywhere: readonly AclItem[];
	readonly inSchema: readonly { readonly schema: string; readonly acl: readonly AclItem[] }[];
}

/** Schema and identifier only: a session sees one database. */
export const placeOf = (relation: Pick<RelationName, "schema" | "identifier">): string =>
	`${relation.schema}\0${relation.identifier}`;

/**
 * Runs `work` with an empty search_path and restores what was set, also inside a surrounding transaction, where `set
 * local` would otherwise outlive us.
 */
export async function withEmptyPath<T>(session: Session, work: () => Promise<T>): Promise<T> {
	return session.transaction(async () => {
		const before = (await session.query("select current_setting('search_path')")).rows[0]?.[0];
		await session.query("select set_config('search_path', '', true)");
		const result = await work();
		await session.query("select set_config('search_path', $1, true)", [before ?? ""]);
		return result;
	});
}

/** One text column per row, each a JSON text that our own query built: the shape is the query's. */
async function readTexts(session: Session, sql: string, oids: readonly number[]): Promise<readonly string[]> {
	if (oids.length === 0) return [];
	const table = await session.query(sql, [oids.join(",")]);
	return table.rows.map((row) => String(row[row.length - 1]));
}

async function readOids(session: Session, names: readonly RelationName[]): Promise<ReadonlyMap<string, number>> {
	const pairs = [...new Set(names.map(placeOf))].sort().map((place) => place.split("\0"));
	const found = await session.query(OIDS_SQL, [JSON.stringify(pairs)]);
	return new Map(found.rows.map((r) => [`${r[0]}\0${r[1]}`, Number(r[2])] as const));
}

/** Facts of the relations that exist, by `placeOf`. Call inside `withEmptyPath`. */
export async function readRelations(
	session: Session,
	names: readonly RelationName[],
): Promise<ReadonlyMap<string, RelationFacts>> {
	const oids = await readOids(session, names);
	const texts = await readTexts(session, FACTS_SQL, [...oids.values()]);
	const facts = new Map(texts.map((text) => JSON.parse(text) as RelationFacts).map((r) => [r.oid, r] as const));
	return new Map([...oids].flatMap(([place, oid]) => (facts.has(oid) ? [[place, facts.get(oid)!] as const] : [])));
}

/**
 * Everything that planning needs to know about these relations and what hangs on them, in four queries, as values.
 * Missing relations are absent from `oids`. Call inside `withEmptyPath`.
 */
export async function readCatalog(session: Session, names: readonly RelationName[]): Promise<Catalog> {
	const oids = await readOids(session, names);
	const environmentText = String((await session.query(ENVIRONMENT_SQL)).rows[0]?.[0]);
	const dependentTexts = await readTexts(session, DEPENDENTS_SQL, [...oids.values()]);
	const dependents = dependentTexts.map((text) => JSON.parse(text) as Dependent);
	const views = dependents.filter((d) => d.kind === "view").map((d) => d.holder);
	const factTexts = await readTexts(session, FACTS_SQL, [...new Set([...oids.values(), ...views])]);
	const relations = factTexts.map((text) => JSON.parse(text) as RelationFacts);
	const environment = JSON.parse(environmentText) as Environment;
	return {
		role: environment.role,
		lockSlots: environment.lockSlots,
		schemas: new Set(environment.schemas),
		defaults: {
			everywhere: environment.everywhere,
			inSchema: new Map(environment.inSchema.map((entry) => [entry.schema, entry.acl])),
		},
		oids,
		relations: new Map(relations.map((r) => [r.oid, r])),
		dependents,
		fingerprint: [...oids].join(";") + dependentTexts.join("\n") + factTexts.join("\n"),
	};
}
