/**
 * Has anything changed in the catalog since the plan was made? Asked when the locks are held and readers wait, so it must
 * be cheap: instead of reading every definition again it compares which catalog rows there are, and by which transaction
 * each was written. A row that is written again to the same effect counts as a change; the plan is then made anew.
 */
import type { OwnStatement, Session } from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import type { RelationName } from "../../../core/relation.ts";
import type { ResultTable } from "../../../core/resultTable.ts";
import type { Catalog } from "./catalogFacts.ts";
import { lookSql } from "./catalogSql.ts";
import { catalogOf, placeOf, readCatalog, withEmptyPath } from "./readCatalog.ts";

const row = (catalog: string, where: string): string =>
	`select '${catalog}', x.ctid::text || x.xmin::text from pg_catalog.${catalog} x where ${where}`;

const OF_IDS = (column: string): string => `${column} = any(string_to_array($2, ',')::oid[])`;

/** `$1`: JSON array of [schema, name]; `$2`: oids; `$3`: JSON array of schemas that the publish itself fills. */
export const DIGEST_SQL = `
select md5(coalesce(string_agg(what || ' ' || version, ',' order by what, version), '')) from (
	select 'name' as what, concat_ws('.', n.oid, c.oid) as version from json_array_elements($1::json) w
		join pg_namespace n on n.nspname = w->>0 join pg_class c on c.relnamespace = n.oid and c.relname = w->>1
	union all ${row("pg_class", OF_IDS("x.oid"))}
	union all ${row("pg_attribute", OF_IDS("x.attrelid"))}
	union all ${row("pg_attrdef", OF_IDS("x.adrelid"))}
	union all ${row("pg_index", OF_IDS("x.indrelid"))}
	union all ${row("pg_constraint", OF_IDS("x.conrelid"))}
	union all ${row("pg_trigger", OF_IDS("x.tgrelid"))}
	union all ${row("pg_rewrite", OF_IDS("x.ev_class"))}
	union all ${row("pg_policy", OF_IDS("x.polrelid"))}
	union all ${row("pg_statistic_ext", OF_IDS("x.stxrelid"))}
	union all ${row("pg_inherits", OF_IDS("x.inhparent"))}
	union all ${row("pg_inherits", OF_IDS("x.inhrelid"))}
	union all ${row("pg_description", `x.classoid = 'pg_class'::regclass and ${OF_IDS("x.objoid")}`)}
	union all ${row(
		"pg_depend",
		`x.refclassid = 'pg_class'::regclass and ${OF_IDS("x.refobjid")} and not (x.classid = 'pg_rewrite'::regclass and exists (
			select from pg_rewrite r join pg_class m on m.oid = r.ev_class join pg_namespace n on n.oid = m.relnamespace
			where r.oid = x.objid and n.nspname in (select json_array_elements_text($3::json))))`,
	)}
	union all ${row("pg_depend", `x.refclassid = 'pg_type'::regclass and x.refobjid in (select t.oid from pg_class c join pg_type t on t.oid = c.reltype where ${OF_IDS("c.oid")} union all select t.typarray from pg_class c join pg_type t on t.oid = c.reltype where t.typarray <> 0 and ${OF_IDS("c.oid")})`)}
	union all ${row("pg_depend", "x.classid = to_regclass('pg_catalog.pg_publication_namespace')")}
	union all ${row("pg_publication", "true")}
	union all ${row("pg_default_acl", "true")}
) all_rows`;

export interface CatalogAsked {
	readonly names: readonly RelationName[];
	/** Schemas in which the transaction of the publish itself makes relations before it holds the locks. */
	readonly own: readonly string[];
	/** The binds of OLD_SNAPSHOTS_SQL where older snapshots are asked for as well. */
	readonly snapshots?: readonly [string];
	/** The only candidate, where it is a view: what reads its target need not be looked at if that is replaced in place. */
	readonly view?: { readonly candidate: RelationName; readonly target: RelationName };
}

const pairsOf = (names: readonly RelationName[]): string =>
	JSON.stringify([...new Set(names.map(placeOf))].sort().map((place) => place.split("\0")));

function digestBinds({ names, own }: CatalogAsked, catalog: Catalog): readonly string[] {
	const oids = [...catalog.relations.values()].flatMap((r) => [r.oid, ...r.partitions.map((p) => p.oid)]);
	return [pairsOf(names), oids.sort((a, b) => a - b).join(","), JSON.stringify(own)];
}

async function digestOf(session: Session, asked: CatalogAsked, catalog: Catalog): Promise<string> {
	return String((await session.query(DIGEST_SQL, digestBinds(asked, catalog))).rows[0]![0]);
}

/** A look at the catalog, and whether it still is as it was then. */
export interface CatalogLook {
	readonly catalog: Catalog;
	isStill(session: Session): Promise<boolean>;
	/** What OLD_SNAPSHOTS_SQL answers, where it was asked with the look. */
	readonly snapshots?: ResultTable["rows"];
	/** What reads the target was left out, since it looks as if that were replaced in place. */
	readonly inPlace?: boolean;
	/** A statement that is refused where it is not; absent where only `isStill` can tell. */
	readonly orRefused?: OwnStatement;
}

/** Relations of a look that is taken as one prepared query; a large publish is planned for what it is. */
const FEW = 40;
/**
 * For the rest of a transaction: plans that serve any names and find each row by an index. Without being told the planner
 * reads pg_class and pg_rewrite from end to end: 40 ms a view in a database of 36,000 relations.
 */
export const BY_INDEX = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_material", "jit"]
	.map((name) => `set_config('${name}', 'off', true)`)
	.concat("set_config('plan_cache_mode', 'force_generic_plan', true)")
	.join(", ");
const LOOKING = `select set_config('search_path', '', true), ${BY_INDEX}`;
export const LOOK_SQL = lookSql(DIGEST_SQL);
/** Read as a number only where it is no digit. */
export const STILL_SQL = `select (case when (${DIGEST_SQL}) = $4 then '1' else 'the catalog has changed' end)::int`;

async function lookOnce(ask: NonNullable<Session["atOnce"]>, asked: CatalogAsked): Promise<CatalogLook> {
	const pair = [asked.view?.candidate, asked.view?.target].flatMap((r) =>
		r === undefined ? [] : placeOf(r).split("\0"),
	);
	const inPlace = pair.length === 0 ? null : JSON.stringify(pair);
	const binds = [pairsOf(asked.names), JSON.stringify(asked.own), asked.snapshots?.[0] ?? null, inPlace];
	const { rows } = await ask([
		{ sql: LOOKING, binds: [], often: true },
		{ sql: LOOK_SQL, binds, often: true },
	]);
	const catalog = catalogOf(rows[0]!);
	const digest = String(rows[0]![4]);
	const older = rows[0]![5];
	return {
		catalog,
		...(typeof older === "string" ? { snapshots: JSON.parse(older) as ResultTable["rows"] } : {}),
		inPlace: rows[0]![6] === true,
		isStill: async (later) => (await digestOf(later, asked, catalog)) === digest,
		orRefused: { sql: STILL_SQL, binds: [...digestBinds(asked, catalog), digest], often: true },
	};
}

/**
 * Definitions and digest have to be of one moment: they are read in one snapshot. What the server prints may be newer
 * than that, never older, and then the digest will tell. Inside a caller's transaction there is no choosing of
 * snapshots (SQLSTATE 25001); then everything is read and compared again, which takes longer.
 */
export async function lookAtCatalog(session: Session, asked: CatalogAsked): Promise<CatalogLook> {
	if (session.atOnce !== undefined && asked.names.length <= FEW) return lookOnce(session.atOnce, asked);
	const read = () => withEmptyPath(session, () => readCatalog(session, asked.names));
	try {
		return await session.transaction(async () => {
			// The transaction's end undoes them: it is this one's own, or the first of them would have been refused.
			for (const set of [
				"set transaction isolation level repeatable read",
				"set local search_path = ''",
				"set local jit = off",
			])
				session.later(set);
			const catalog = await readCatalog(session, asked.names);
			const digest = await digestOf(session, asked, catalog);
			return { catalog, isStill: async (later: Session) => (await digestOf(later, asked, catalog)) === digest };
		});
	} catch (error) {
		if (!(error instanceof DatabaseError) || error.sqlstate !== "25001") throw error;
		const catalog = await read();
		return { catalog, isStill: async () => (await read()).fingerprint === catalog.fingerprint };
	}
}
