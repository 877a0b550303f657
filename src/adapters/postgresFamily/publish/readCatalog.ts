import type { Session } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import type { CellValue } from "../../../core/resultTable.ts";
import { isShadowSchema } from "./candidateNames.ts";
import type { AclItem, Catalog, Dependent, RelationFacts } from "./catalogFacts.ts";
import { ALL_PARTS, DEPENDENTS_SQL, ENVIRONMENT_SQL, factsSql, OIDS_SQL } from "./catalogSql.ts";
import { keptSettings } from "./keptSettings.ts";

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
 * local` would otherwise outlive us. Without just-in-time compilation, which takes half a second to compile a catalog
 * query that runs for a few milliseconds.
 */
export async function withEmptyPath<T>(session: Session, work: () => Promise<T>): Promise<T> {
	return session.transaction(async () => {
		const kept = keptSettings("work", ["search_path", "jit"]);
		session.later(kept.keep);
		session.later("select set_config('search_path', '', true), set_config('jit', 'off', true)");
		const result = await work();
		session.later(kept.giveBack);
		return result;
	});
}

/** One text column per row, each a JSON text that our own query built: the shape is the query's. */
async function readTexts(
	session: Session,
	sql: string,
	[oids, ...more]: readonly (readonly number[])[],
): Promise<readonly string[]> {
	if (oids === undefined || oids.length === 0) return [];
	const table = await session.query(
		sql,
		[oids, ...more].map((some) => some.join(",")),
	);
	return table.rows.map((row) => String(row[row.length - 1]));
}

interface Found {
	/** The text of an Environment, where it was asked for. */
	readonly environment: CellValue | undefined;
	/** By placeOf. */
	readonly oids: ReadonlyMap<string, number>;
	/** What at least one of them may have. */
	readonly parts: ReadonlySet<string>;
	/** Those that something may hold. */
	readonly held: readonly number[];
	readonly partitions: readonly number[];
}

/** One row at least, with nulls where no relation was found; the last column is ENVIRONMENT_SQL's. */
const WITH_ENVIRONMENT_SQL = `select o.*, e.facts from (${ENVIRONMENT_SQL}) e left join (${OIDS_SQL}) o on true order by 1, 2`;

async function find(session: Session, names: readonly RelationName[], sql = OIDS_SQL): Promise<Found> {
	const pairs = [...new Set(names.map(placeOf))].sort().map((place) => place.split("\0"));
	const answer = await session.query(sql, [JSON.stringify(pairs)]);
	const rows = answer.rows.filter((r) => r[2] !== null);
	return {
		environment: answer.rows[0]?.[6],
		oids: new Map(rows.map((r) => [`${r[0]}\0${r[1]}`, Number(r[2])] as const)),
		parts: new Set(rows.flatMap((r) => String(r[3]).split(","))),
		held: rows.filter((r) => r[4] === true).map((r) => Number(r[2])),
		partitions: rows.flatMap((r) => (r[5] === null ? [] : String(r[5]).split(",").map(Number))),
	};
}

/** Facts of the relations that exist, by `placeOf`. Call inside `withEmptyPath`. */
export async function readRelations(
	session: Session,
	names: readonly RelationName[],
): Promise<ReadonlyMap<string, RelationFacts>> {
	const { oids, parts } = await find(session, names);
	const texts = await readTexts(session, factsSql(parts), [[...oids.values()], []]);
	const facts = new Map(texts.map((text) => JSON.parse(text) as RelationFacts).map((r) => [r.oid, r] as const));
	return new Map([...oids].flatMap(([place, oid]) => (facts.has(oid) ? [[place, facts.get(oid)!] as const] : [])));
}

/**
 * Everything that planning needs to know about these relations and what hangs on them, in three queries at most, as values.
 * Missing relations are absent from `oids`. Call inside `withEmptyPath`.
 */
export async function readCatalog(session: Session, names: readonly RelationName[]): Promise<Catalog> {
	const {
		oids,
		parts,
		held,
		partitions,
		environment: environmentText,
	} = await find(session, names, WITH_ENVIRONMENT_SQL);
	const dependentTexts = await readTexts(session, DEPENDENTS_SQL, [[...held, ...partitions]]);
	// What this publish itself fills in its transaction is no news.
	const found = dependentTexts.map((text) => ({ text, dependent: JSON.parse(text) as Dependent }));
	const others = found.filter((f) => !isShadowSchema("n", f.dependent.holderSchema ?? ""));
	const dependents = others.map((f) => f.dependent);
	const views = dependents.filter((d) => d.kind === "view" || d.kind === "matview").map((d) => d.holder);
	// Of views above them the first look says nothing.
	const sql = factsSql(views.length === 0 ? parts : ALL_PARTS);
	const factTexts = await readTexts(session, sql, [[...new Set([...oids.values(), ...views])], views]);
	const relations = factTexts.map((text) => JSON.parse(text) as RelationFacts);
	const fingerprint = [...oids].join(";") + others.map((f) => f.text).join("\n") + factTexts.join("\n");
	return { ...inEnvironment(String(environmentText)), oids, relations: byOid(relations), dependents, fingerprint };
}

const byOid = (relations: readonly RelationFacts[]) => new Map(relations.map((r) => [r.oid, r]));

function inEnvironment(text: string): Pick<Catalog, "role" | "lockSlots" | "schemas" | "defaults"> {
	const { role, lockSlots, schemas, everywhere, inSchema } = JSON.parse(text) as Environment;
	const defaults = { everywhere, inSchema: new Map(inSchema.map((entry) => [entry.schema, entry.acl])) };
	return { role, lockSlots, schemas: new Set(schemas), defaults };
}

/** The same out of the one row that `lookSql` answers. */
export function catalogOf(row: readonly CellValue[]): Catalog {
	const [environment, places, held, facts] = row.map(String) as [string, string, string, string];
	const found = JSON.parse(places) as readonly (readonly [schema: string, name: string, oid: string])[];
	const dependents = (JSON.parse(held) as readonly Dependent[]).filter(
		(d) => !isShadowSchema("n", d.holderSchema ?? ""),
	);
	return {
		...inEnvironment(environment),
		oids: new Map(found.map(([schema, name, oid]) => [`${schema}\0${name}`, Number(oid)])),
		relations: byOid(JSON.parse(facts) as readonly RelationFacts[]),
		dependents,
		fingerprint: places + held + facts,
	};
}
