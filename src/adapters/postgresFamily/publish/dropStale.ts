import type { Dialect, Session } from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import { fail } from "../../../core/diagnostic.ts";
import type { RelationName } from "../../../core/relation.ts";
import { deltaOf, shadowSchema } from "./candidateNames.ts";
import type { Catalog, Dependent, RelationFacts } from "./catalogFacts.ts";
import { type LockProtocol, LockWaitEnded } from "./lockProtocol.ts";
import { afterNeeds } from "./order.ts";
import type { Placement } from "./placement.ts";
import { publishedSchemas } from "./planPublish.ts";
import { placeOf, readCatalog, withEmptyPath } from "./readCatalog.ts";
import { kindWord, qualified } from "./statements.ts";

export interface StaleInput {
	readonly project: string;
	readonly targets: readonly RelationName[];
	readonly keep: readonly RelationName[];
	readonly locks: LockProtocol;
	readonly placement: Placement;
}

/** As long as a publish waits by default; then the drop queues for its locks like any DDL. */
const LONGEST_WAIT = 600_000;

/**
 * Drops everything in the candidate schemas of these targets but `keep`, what its views read and the new rows that belong
 * to it. Never with cascade: an object of somebody else on a candidate is TFM-PUB-007. Returns what was dropped, sorted.
 */
export async function dropStale(
	dialect: Dialect,
	session: Session,
	input: StaleInput,
): Promise<readonly RelationName[]> {
	const database = input.targets[0]?.database ?? "";
	const published = [...new Set(input.targets.map((t) => t.schema))].sort();
	if (published.length === 0) return [];
	const names = await (input.placement.kind === "apart" ? listApart : listBeside)(dialect, session, {
		...input,
		published,
		database,
	});
	if (names.length === 0) return [];
	for (let looks = 1; ; looks++)
		try {
			return await dropNamed(dialect, session, { ...input, names });
		} catch (error) {
			if (!(error instanceof DatabaseError && error.sqlstate === DEPENDENTS_LEFT && looks < MAX_LOOKS)) throw error;
		}
}

interface Listing extends StaleInput {
	readonly published: readonly string[];
	readonly database: string;
}

/** All that stands in the candidate schemas. */
async function listApart(dialect: Dialect, session: Session, { project, published, database }: Listing) {
	const schemas = (["c", "o"] as const).flatMap((kind) =>
		published.map((s) => shadowSchema(kind, project, s, dialect.maxIdentifierBytes)),
	);
	const { rows } = await session.query(
		`select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in (select json_array_elements_text($1::json)) and c.relkind in ('r', 'v', 'm', 'p', 'f') order by 1, 2`,
		[JSON.stringify(schemas)],
	);
	return rows.map(([schema, identifier]) => ({ database, schema: String(schema), identifier: String(identifier) }));
}

/** In schemas that are not tfm's: candidates of these very targets, and the new rows that belong to them. */
async function listBeside(
	_dialect: Dialect,
	session: Session,
	{ project, published, database, targets, placement }: Listing,
) {
	const { rows } = await session.query(
		`select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in (select json_array_elements_text($1::json)) and c.relkind in ('r', 'v', 'm', 'p')
		and starts_with(c.relname::text, 'tfm_c_') order by 1, 2`,
		[JSON.stringify(published)],
	);
	const found = rows.map(([schema, identifier]) => ({
		database,
		schema: String(schema),
		identifier: String(identifier),
	}));
	if (found.length === 0) return [];
	const patterns = targets.map((target) => ({
		schema: target.schema,
		pattern: new RegExp(placement.namesOf(project, target)!),
	}));
	const own = found.filter((r) =>
		patterns.some(({ schema, pattern }) => schema === r.schema && pattern.test(r.identifier)),
	);
	return own.flatMap((candidate) => [candidate, deltaOf(candidate)]);
}

/** dependent_objects_still_exist: a build beside this one pointed a key at what goes, after the look. It is looked at again. */
const DEPENDENTS_LEFT = "2BP01";
const MAX_LOOKS = 10;

async function dropNamed(
	dialect: Dialect,
	session: Session,
	input: StaleInput & { readonly names: readonly RelationName[] },
): Promise<readonly RelationName[]> {
	const { names } = input;
	const { catalog, relations, keys } = await withEmptyPath(session, async () => {
		const catalog = await readCatalog(session, names);
		const published = publishedSchemas(dialect, input.project, catalog.schemas);
		const isCandidate = ({ holderSchema: schema, holderName: name }: Dependent) =>
			input.placement.isCandidate({ schema, name }, published);
		return { catalog, ...staleRelations(catalog, { names, keep: input.keep, isCandidate }) };
	});
	// Each in a transaction of its own: the locks that readers meet are held for a moment.
	for (const key of keysToOthers(dialect, relations))
		await input.locks.briefly(session, [key], { timeoutMs: LONGEST_WAIT, signal: undefined }).catch((error) => {
			if (!(error instanceof LockWaitEnded)) throw error;
		});
	await session.transaction(async () => {
		for (const key of keys)
			await session.execute(
				`alter table if exists ${qualified(dialect, key.holderSchema!, key.holderName!)} drop constraint if exists ${dialect.quote(key.name)}`,
			);
		for (const statement of dropStatements(dialect, catalog, relations)) await session.execute(statement);
	});
	const database = names[0]!.database;
	return relations.map((r): RelationName => ({ database, schema: r.schema, identifier: r.name }));
}

/** A foreign key goes with its table, and that locks what it refers to: a published table, with readers. */
function keysToOthers(dialect: Dialect, stale: readonly RelationFacts[]): readonly string[] {
	const own = new Set(stale.map((r) => r.oid));
	return stale.flatMap((r) =>
		r.constraints
			.filter((c) => c.type === "f" && !own.has(c.refersTo))
			.map(
				(c) =>
					`alter table if exists ${qualified(dialect, r.schema, r.name)} drop constraint if exists ${dialect.quote(c.name)}`,
			),
	);
}

interface Stale {
	readonly relations: readonly RelationFacts[];
	/** Foreign keys of candidates elsewhere that refer to what goes. */
	readonly keys: readonly Dependent[];
}

/** What goes, with the project's own candidates above it in other schemas; refuses when anything else hangs on it. */
function staleRelations(
	catalog: Catalog,
	about: {
		readonly names: readonly RelationName[];
		readonly keep: readonly RelationName[];
		readonly isCandidate: (dependent: Dependent) => boolean;
	},
): Stale {
	const oid = (name: RelationName) => catalog.oids.get(placeOf(name));
	const stays = new Set(about.keep.flatMap((k) => [oid(k) ?? [], oid(deltaOf(k)) ?? []].flat()));
	for (const o of [...stays]) for (const part of catalog.relations.get(o)?.partitions ?? []) stays.add(part.oid);
	for (let changed = true; changed; ) {
		changed = false;
		// A key can go: the publish gives a table the keys of the one it replaces.
		for (const d of catalog.dependents)
			if (d.kind !== "foreignKey" && stays.has(d.holder) && !stays.has(d.target)) {
				stays.add(d.target);
				changed = true;
			}
	}
	const stale = new Map<number, RelationFacts>();
	const add = (o: number | undefined): void => {
		const relation = catalog.relations.get(o ?? 0);
		if (relation === undefined || stays.has(relation.oid) || stale.has(relation.oid)) return;
		stale.set(relation.oid, relation);
		for (const d of catalog.dependents)
			if (d.target === relation.oid && (d.kind === "view" || d.kind === "matview") && about.isCandidate(d))
				add(d.holder);
	};
	for (const name of about.names) add(oid(name));
	const keys: Dependent[] = [];
	for (const relation of stale.values()) {
		const above = catalog.dependents.filter((d) => d.target === relation.oid && !stale.has(d.holder));
		const mine = above.filter((d) => d.kind === "foreignKey" && about.isCandidate(d));
		const objects = [...new Set(above.filter((d) => !mine.includes(d)).map((d) => d.what))].sort();
		if (objects.length > 0) fail("TFM-PUB-007", { candidate: `${relation.schema}.${relation.name}`, objects });
		for (const key of mine) if (!keys.some((k) => k.holder === key.holder && k.name === key.name)) keys.push(key);
	}
	return { relations: [...stale.values()].sort((a, b) => (a.printed < b.printed ? -1 : 1)), keys };
}

function dropStatements(dialect: Dialect, catalog: Catalog, stale: readonly RelationFacts[]): readonly string[] {
	const byOid = new Map(stale.map((r) => [r.oid, r] as const));
	const needs = new Map<number, number[]>();
	for (const d of catalog.dependents)
		if (d.kind !== "foreignKey") needs.set(d.holder, [...(needs.get(d.holder) ?? []), d.target]);
	const ordered = afterNeeds(
		[...stale.filter((r) => r.kind === "r"), ...stale.filter((r) => r.kind !== "r")].map((r) => r.oid),
		(o) => needs.get(o) ?? [],
	);
	const word = (r: RelationFacts) => (r.kind === "f" ? "foreign table" : kindWord(r.kind));
	const batches: { word: string; names: string[] }[] = [];
	for (const relation of ordered.toReversed().map((o) => byOid.get(o)!)) {
		const name = qualified(dialect, relation.schema, relation.name);
		const last = batches.at(-1);
		if (last?.word === word(relation)) last.names.push(name);
		else batches.push({ word: word(relation), names: [name] });
	}
	// Another run may have dropped one in the meantime.
	return batches.map((b) => `drop ${b.word} if exists ${b.names.join(", ")}`);
}
