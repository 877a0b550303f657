import type { Candidate, Dialect, PublishReport, Session } from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import { type RelationName, relationKey } from "../../../core/relation.ts";
import type { Catalog, IndexFacts, RelationFacts } from "./catalogFacts.ts";
import { refersTo } from "./foreignKeys.ts";
import { sameType } from "./members.ts";
import type { Placement } from "./placement.ts";
import { placeOf, readRelations, withEmptyPath } from "./readCatalog.ts";
import { isTable, kindWord, optionList, qualified } from "./statements.ts";

/** dbt names the indexes of a model's `indexes` config by an md5: they follow the config and are never taken over. */
export const isConfigIndex = (index: IndexFacts): boolean =>
	index.constraint === null && /^[0-9a-f]{32}$/.test(index.name);

/** An index's definition from ` USING ` on, and whether it is unique: two indexes of one shape do one job. */
export function shapeOf(index: IndexFacts, table: RelationFacts): string {
	if (index.constraint !== null) return `${index.constraint.type} ${index.constraint.definition}`;
	return splitIndex(index, table).join("\0");
}

/** The index on another relation, which has none of that name. */
export function indexOn(dialect: Dialect, relation: string, from: { index: IndexFacts; table: RelationFacts }): string {
	const [head, rest] = splitIndex(from.index, from.table);
	return `${head} ${dialect.quote(from.index.name)} ON ${relation} USING ${rest}`;
}

/** [before the name, from USING on]. The text is the server's own, so that any other shape is our mistake. */
export function splitIndex(index: IndexFacts, table: RelationFacts): readonly [string, string] {
	for (const head of ["CREATE UNIQUE INDEX", "CREATE INDEX"])
		for (const on of ["ON", "ON ONLY"]) {
			const start = `${head} ${index.quoted} ${on} ${table.printed} USING `;
			if (index.definition.startsWith(start)) return [head, index.definition.slice(start.length)];
		}
	throw new Error(`an index definition of an unknown shape: ${index.definition}`);
}

interface Dressing {
	readonly statements: string[];
	readonly warnings: string[];
}

/**
 * Statements that give a candidate table what its target has and must keep, before the audit, so that rows which break a
 * key close the gate: keys and exclusions, indexes, checks, foreign keys, storage parameters, replica identity,
 * statistics. What the candidate has itself wins. Names stay: they are per schema and move along.
 */
export function dressing(
	dialect: Dialect,
	tables: {
		readonly old: RelationFacts;
		readonly fresh: RelationFacts;
		/** What an index or statistics object is called on the candidate. */
		readonly partName: Placement["partName"];
		/** The candidate that stands for a relation a foreign key refers to, if one does. */
		readonly parentOf: (schema: string, name: string) => string | undefined;
	},
): Dressing {
	const { old, fresh, partName } = tables;
	const out: Dressing = { statements: [], warnings: [] };
	const relation = qualified(dialect, fresh.schema, fresh.name);
	const columns = new Set(fresh.columns.map((c) => c.name));
	const label = `${old.schema}.${old.name}`;
	const fits = (what: string, part: { readonly name: string; readonly needs: readonly string[] }): boolean => {
		const gone = part.needs.filter((n) => !columns.has(n));
		if (gone.length > 0) out.warnings.push(`${what} ${part.name} of ${label} goes: column ${gone.join(", ")} is gone`);
		return gone.length === 0;
	};
	const shapes = new Map(fresh.indexes.map((i) => [shapeOf(i, fresh), i] as const));
	const names = new Set([...fresh.indexes.map((i) => i.name), ...fresh.constraints.map((c) => c.name)]);
	const hasPrimary = fresh.indexes.some((i) => i.primary);
	const bothTables = isTable(old) && isTable(fresh);
	for (const index of old.indexes) {
		if (index.constraint !== null && !isTable(fresh)) {
			out.warnings.push(`constraint ${index.constraint.name} of ${label} goes: it is a ${kindWord(fresh.kind)} now`);
			continue;
		}
		const twin = shapes.get(shapeOf(index, old));
		const made =
			twin === undefined && !isConfigIndex(index) && !names.has(index.name) && !(index.primary && hasPrimary);
		if (made && !fits(index.constraint === null ? "index" : "constraint", index)) continue;
		const stands = partName(index.name);
		const name = dialect.quote(twin?.name ?? stands);
		if (made && index.constraint !== null) {
			const constraint = dialect.quote(partName(index.constraint.name));
			out.statements.push(`alter table ${relation} add constraint ${constraint} ${index.constraint.definition}`);
			if (index.constraint.comment !== null)
				out.statements.push(
					`comment on constraint ${constraint} on ${relation} is ${dialect.literal(index.constraint.comment)}`,
				);
		} else if (made) {
			out.statements.push(indexOn(dialect, relation, { index: { ...index, name: stands }, table: old }));
		}
		if (!made && twin === undefined) continue;
		if (made && index.comment !== null)
			out.statements.push(
				`comment on index ${qualified(dialect, fresh.schema, stands)} is ${dialect.literal(index.comment)}`,
			);
		if (index.replicaIdentity && bothTables && fresh.replicaIdentity === "d")
			out.statements.push(`alter table ${relation} replica identity using index ${name}`);
		if (index.clustered) out.statements.push(`alter table ${relation} cluster on ${name}`);
	}
	for (const constraint of bothTables ? old.constraints : []) {
		const name = dialect.quote(constraint.name);
		const self = constraint.refersTo === old.oid;
		const parent = self ? relation : tables.parentOf(constraint.refersToSchema, constraint.refersToRelation);
		const definition =
			parent === undefined ? constraint.definition : refersTo(constraint.definition, constraint.refersToName, parent);
		const bare = (c: typeof constraint) => (c.type === "f" ? refersTo(c.definition, c.refersToName, "") : c.definition);
		const twin = fresh.constraints.some((c) => c.type === constraint.type && bare(c) === bare(constraint));
		if (twin || names.has(constraint.name) || !fits("constraint", constraint)) continue;
		out.statements.push(`alter table ${relation} add constraint ${name} ${definition}`);
		if (constraint.comment !== null)
			out.statements.push(`comment on constraint ${name} on ${relation} is ${dialect.literal(constraint.comment)}`);
	}
	const set = new Set(fresh.options.map((o) => o.slice(0, o.indexOf("="))));
	const options = old.kind === fresh.kind ? old.options.filter((o) => !set.has(o.slice(0, o.indexOf("=")))) : [];
	if (options.length > 0) out.statements.push(`alter table ${relation} set (${optionList(dialect, options)})`);
	if (bothTables && (old.replicaIdentity === "f" || old.replicaIdentity === "n"))
		out.statements.push(`alter table ${relation} replica identity ${old.replicaIdentity === "f" ? "full" : "nothing"}`);
	for (const column of old.columns)
		if (column.statistics >= 0 && columns.has(column.name))
			out.statements.push(
				`alter table ${relation} alter column ${dialect.quote(column.name)} set statistics ${column.statistics}`,
			);
	if (bothTables) columnParts(dialect, { old, fresh, relation }, out);
	if (old.tablespace !== null && fresh.tablespace === null && old.kind === fresh.kind)
		out.statements.push(`alter table ${relation} set tablespace ${dialect.quote(old.tablespace)}`);
	const known = new Set(fresh.statistics.map((s) => s.name));
	for (const statistics of old.statistics) {
		if (known.has(statistics.name) || !fits("statistics", statistics)) continue;
		const name = qualified(dialect, fresh.schema, partName(statistics.name));
		out.statements.push(restated(statistics.definition, old, name, relation));
		if (statistics.target >= 0) out.statements.push(`alter statistics ${name} set statistics ${statistics.target}`);
		if (statistics.comment !== null)
			out.statements.push(`comment on statistics ${name} is ${dialect.literal(statistics.comment)}`);
	}
	return out;
}

const STORAGE = { p: "plain", e: "external", m: "main", x: "extended" } as const;
const COMPRESSION = { p: "pglz", l: "lz4" } as const;

/**
 * What columns of a table have beyond their type. A default only where the type is the same: it would not fit another
 * one. Keys make their columns not null by themselves.
 */
function columnParts(
	dialect: Dialect,
	{ old, fresh, relation }: { old: RelationFacts; fresh: RelationFacts; relation: string },
	out: Dressing,
): void {
	const before = new Map(old.columns.map((c) => [c.name, c] as const));
	for (const column of fresh.columns) {
		const was = before.get(column.name);
		if (was === undefined) continue;
		const alter = (what: string): void =>
			void out.statements.push(`alter table ${relation} alter column ${dialect.quote(column.name)} ${what}`);
		if (was.generated) {
			if (!column.generated)
				out.warnings.push(
					`column ${column.name} of ${old.schema}.${old.name} is no longer generated: the model gives it`,
				);
		} else if (was.default !== null && column.default === null && sameType(was, column))
			alter(`set default ${was.default}`);
		if (was.notNull && !column.notNull) alter("set not null");
		if (!sameType(was, column)) continue;
		if (was.storage !== null && column.storage === null) alter(`set storage ${STORAGE[was.storage]}`);
		if (was.compression !== null && column.compression === null)
			alter(`set compression ${COMPRESSION[was.compression]}`);
	}
}

/** `CREATE STATISTICS s.x (kinds) ON a, b FROM s.t` under another name and on another table. */
function restated(definition: string, old: RelationFacts, name: string, relation: string): string {
	const tail = ` FROM ${old.printed}`;
	const head = /^CREATE STATISTICS (?:"(?:[^"]|"")*"|[^\s."]+)\.(?:"(?:[^"]|"")*"|[^\s."]+)/.exec(definition);
	if (head === null || !definition.endsWith(tail))
		throw new Error(`a statistics definition of an unknown shape: ${definition}`);
	return `CREATE STATISTICS ${name}${definition.slice(head[0].length, -tail.length)} FROM ${relation}`;
}

/** Candidates of the parents that foreign keys refer to, found by name in any candidate schema made for their schema. */
async function findParents(session: Session, old: RelationFacts): Promise<ReadonlyMap<string, string>> {
	const keys = old.constraints.filter((c) => c.type === "f" && c.refersTo !== old.oid);
	const parents = new Map<string, string>();
	for (const key of keys) {
		// Cut names are compared by what is left of them; two projects on one schema make the answer unclear: then none.
		const found = await session.query(
			`select quote_ident(n.nspname) || '.' || quote_ident(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where c.relkind = 'r' and c.relname = $1 and n.nspname ~ '^tfm_c_[0-9a-f]{10}_' and length(n.nspname) > 17
			and starts_with($2, substr(n.nspname, 18))
			and (octet_length(n.nspname) >= 60 or substr(n.nspname, 18) = $2)`,
			[key.refersToRelation, key.refersToSchema],
		);
		if (found.rows.length === 1)
			parents.set(placeOf({ schema: key.refersToSchema, identifier: key.refersToRelation }), String(found.rows[0]![0]));
	}
	return parents;
}

const analyzed = (dialect: Dialect, { candidate }: Candidate): string =>
	`analyze ${dialect.render({ ...candidate, database: "" })}`;

const DRESSED: ReadonlySet<string> = new Set(["r", "p", "m"]);

/**
 * A row for each of the relations that has something `dressing` looks at; none for a bare table, as most models leave it.
 * `$1`: JSON array of [schema, name].
 */
const CARRIES_SQL = `
select n.nspname, c.relname from json_array_elements($1::json) w
join pg_namespace n on n.nspname = w->>0 join pg_class c on c.relnamespace = n.oid and c.relname = w->>1
where c.relkind in ('r', 'p', 'm') and (
	c.relhasindex or c.relchecks > 0 or c.relhastriggers or c.reloptions is not null or c.relreplident <> 'd' or c.reltablespace <> 0
	or exists(select from pg_class t where t.oid = c.reltoastrelid and t.reloptions is not null)
	or exists(select from pg_constraint k where k.conrelid = c.oid)
	or exists(select from pg_statistic_ext s where s.stxrelid = c.oid)
	or exists(select from pg_attribute a join pg_type ty on ty.oid = a.atttypid
		where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (a.attnotnull or a.atthasdef or a.attgenerated <> ''
			or coalesce(a.attstattarget, -1) >= 0 or a.attstorage <> ty.typstorage or coalesce(to_jsonb(a)->>'attcompression', '') <> '')))`;

/** Those of the targets that have something to take over, by relationKey. */
export async function carrying(session: Session, targets: readonly RelationName[]): Promise<ReadonlySet<string>> {
	const asked = new Map(targets.map((target) => [placeOf(target), relationKey(target)] as const));
	const { rows } = await session.query(CARRIES_SQL, [JSON.stringify([...asked.keys()].map((p) => p.split("\0")))]);
	return new Set(rows.map(([schema, name]) => asked.get(`${schema}\0${name}`)!));
}

/**
 * Of a target what was made after the candidate: indexes, constraints and statistics, which the server numbers in order.
 * The rest a dressed candidate had already, and what it no longer has a hook of its own has taken from it.
 */
function madeSince(old: RelationFacts, fresh: RelationFacts): RelationFacts {
	const newer = <T extends { readonly oid: number }>(parts: readonly T[]) => parts.filter((p) => p.oid > fresh.oid);
	return {
		...old,
		indexes: newer(old.indexes),
		constraints: newer(old.constraints),
		statistics: newer(old.statistics),
		options: [],
		columns: [],
		replicaIdentity: "d",
		tablespace: null,
	};
}

/** All of the target for a candidate that took over nothing, else what has come since. */
const stillToPutOn = (candidate: Candidate, old: RelationFacts, fresh: RelationFacts): RelationFacts =>
	candidate.undressed === true ? old : madeSince(old, fresh);

/**
 * Candidates whose targets, which they are to replace, have got something since: an index that was made while the run
 * went on, or while what it held waited to be looked at. Pure.
 */
export function dueDressings(
	dialect: Dialect,
	{ candidates, catalog, ways }: { candidates: readonly Candidate[]; catalog: Catalog; ways: PublishReport["ways"] },
	{ partName }: Pick<Placement, "partName">,
): readonly Candidate[] {
	const swapped = new Set(ways.flatMap(({ node, way }) => (way === "swap" ? [node] : [])));
	const factsOf = (relation: RelationName) => catalog.relations.get(catalog.oids.get(placeOf(relation)) ?? -1);
	return candidates.filter((candidate) => {
		if (!swapped.has(candidate.node)) return false;
		const [old, fresh] = [factsOf(candidate.target), factsOf(candidate.candidate)];
		if (old === undefined || fresh === undefined || !DRESSED.has(fresh.kind) || !DRESSED.has(old.kind)) return false;
		const due = { old: stillToPutOn(candidate, old, fresh), fresh, partName, parentOf: () => undefined };
		const { statements, warnings } = dressing(dialect, due);
		return statements.length + warnings.length > 0;
	});
}

/**
 * Dresses a built candidate and analyzes it, within a transaction: mostly there is nothing to put on it, and the analysis
 * goes with the next message. Rejects with DatabaseError when its rows break a key.
 */
export async function dress(
	dialect: Dialect,
	session: Session,
	candidate: Candidate,
	{ partName }: Pick<Placement, "partName">,
): Promise<{ readonly warnings: readonly string[] }> {
	if (candidate.kind === "view" || candidate.apply !== undefined) return { warnings: [] };
	const analyze = analyzed(dialect, candidate);
	if (candidate.undressed === true || (await carrying(session, [candidate.target])).size === 0) {
		session.later(analyze);
		return { warnings: [] };
	}
	return withEmptyPath(session, async () => {
		const warnings = await putOnFrom(dialect, session, { candidate, partName, from: (old) => old });
		await session.execute(analyze);
		return { warnings };
	});
}

/** Puts on a candidate what its target has got since, within a transaction; rejects as `dress` does. */
export async function dressLate(
	dialect: Dialect,
	session: Session,
	candidate: Candidate,
	{ partName }: Pick<Placement, "partName">,
): Promise<{ readonly warnings: readonly string[] }> {
	return withEmptyPath(session, async () => {
		const from = (old: RelationFacts, fresh: RelationFacts) => stillToPutOn(candidate, old, fresh);
		const warnings = await putOnFrom(dialect, session, { candidate, partName, from });
		await session.execute(analyzed(dialect, candidate));
		return { warnings };
	});
}

async function putOnFrom(
	dialect: Dialect,
	session: Session,
	about: Pick<Placement, "partName"> & {
		readonly candidate: Candidate;
		readonly from: (old: RelationFacts, fresh: RelationFacts) => RelationFacts;
	},
): Promise<readonly string[]> {
	const { candidate, partName } = about;
	const relations = await readRelations(session, [candidate.candidate, candidate.target]);
	const fresh = relations.get(placeOf(candidate.candidate));
	const old = relations.get(placeOf(candidate.target));
	if (fresh === undefined || old === undefined || !DRESSED.has(fresh.kind)) return [];
	return putOn(dialect, session, { old: about.from(old, fresh), fresh, partName });
}

/** undefined_table */
const GONE = "42P01";
const MAX_LOOKS = 10;

/** A parent that is being built again may go between the look and the key: then its key refers to what there is next. */
async function putOn(
	dialect: Dialect,
	session: Session,
	{ old, fresh, partName }: Omit<Parameters<typeof dressing>[1], "parentOf">,
): Promise<readonly string[]> {
	for (let looks = 1; ; looks++) {
		const parents = await findParents(session, old);
		const parentOf = (schema: string, name: string) => parents.get(placeOf({ schema, identifier: name }));
		const { statements, warnings } = dressing(dialect, { old, fresh, partName, parentOf });
		if (statements.length === 0) return warnings;
		const dressed = () => session.execute(statements.join(";\n"));
		try {
			await (parents.size === 0 ? dressed() : session.transaction(dressed));
			return warnings;
		} catch (error) {
			const gone = error instanceof DatabaseError && error.sqlstate === GONE && parents.size > 0;
			if (!gone || looks === MAX_LOOKS) throw error;
		}
	}
}
