/**
 * The statements of the publishing transaction in their order: rows of kept tables (slow, readers go on), then, under
 * locks: old relations out, candidates in, foreign keys, views from the final queries and views of others over the new
 * relations in dependency order, functions and rules, what belongs to each relation, and last the drops. That the old
 * relations can be dropped without cascade is the proof that nothing points at them any more; with it they are dropped
 * only where the plan has found by name what goes along (`lost`).
 */
import type { Dialect, PublishReport } from "../../../core/adapter.ts";
import { applyRows, columnsToAdd, columnsToDrop } from "./applyRows.ts";
import { shadowSchema } from "./candidateNames.ts";
import { carriedOptions, carryForeignView, carryMember } from "./carry.ts";
import type { Catalog, RelationFacts } from "./catalogFacts.ts";
import type { Affected, Choice } from "./chooseWays.ts";
import { undocumentable } from "./columnComments.ts";
import { foreignKeySteps } from "./foreignKeys.ts";
import { keepRows } from "./keepRows.ts";
import { type Generation, generationsOf, looseEnds } from "./keptGenerations.ts";
import { ignoredConfig, indexChanges } from "./keptTable.ts";
import type { LockPlan } from "./lockProtocol.ts";
import type { LostDependent } from "./loseDependents.ts";
import { createMatview, foreignMatview, type Making, makingOf } from "./materializedViews.ts";
import type { Member } from "./members.ts";
import { afterNeeds } from "./order.ts";
import type { Placement } from "./placement.ts";
import { type Blame, isTable, kindWord, qualified, type Step, step, viewStatement } from "./statements.ts";

export interface ArrangeInput {
	readonly dialect: Dialect;
	readonly project: string;
	readonly catalog: Catalog;
	readonly members: readonly Member[];
	readonly choice: Choice;
	/** Goes with the old relations, which are dropped with `cascade` then. */
	readonly lost: readonly LostDependent[];
	readonly publishedSchema: (schema: string) => string | undefined;
	readonly placement: Placement;
}

export interface Arrangement {
	/** Columns that targets need before anything: short transactions of their own, then the plan is made anew. */
	readonly columns: readonly string[];
	/** Indexes that tables which stay have to get, likewise. */
	readonly indexes: readonly Step[];
	/** Tables whose rows are replaced or brought in: writers are kept out of them, readers go on. */
	readonly rowLocks: readonly string[];
	readonly rows: readonly Step[];
	readonly generations: readonly Generation[];
	readonly locks: LockPlan;
	readonly changes: readonly Step[];
	readonly warnings: readonly string[];
	readonly ignored: NonNullable<PublishReport["ignored"]>;
}

const blameFor = (affected: Affected<unknown>, what: string): Blame => ({
	code: "TFM-PUB-010",
	nodes: [...affected.because].map((m) => m.candidate.node).sort(),
	what,
});

export function arrangeSteps(input: ArrangeInput): Arrangement {
	const { dialect, project, catalog, members, choice, placement } = input;
	const wayOf = (m: Member) => choice.ways.get(m)!;
	const target = (m: Member) => qualified(dialect, m.candidate.target.schema, m.candidate.target.identifier);
	const swapped = members.filter((m) => wayOf(m) === "swap");
	const newSchema = (schema: string) => shadowSchema("n", input.project, schema, dialect.maxIdentifierBytes);
	const making = makingOf({ ...choice, members, catalog, rebuilt: new Set(choice.rebuild.keys()) });
	if (placement.kind === "beside") for (const [m, how] of making) if (how === "early") making.set(m, "late");
	const spent = spentCandidates(input, making);
	const early = members.filter((m) => making.get(m) === "early");
	const comesAlong = (m: Member) => isTable(m.fresh) || making.get(m) === "move";
	const moving = members.filter((m) => comesAlong(m) && (wayOf(m) === "swap" || wayOf(m) === "new"));
	const kept = members.filter((m) => wayOf(m) === "keep");
	const applied = members.filter((m) => wayOf(m) === "apply");
	const lastColumns = columnsToDrop(dialect, applied);
	const staying = [...kept, ...applied];
	const indexes = staying.map((m) => indexChanges(dialect, m, wayOf(m)));
	const lastIndexes = indexes.flatMap((change) => change.within);
	const generations = generationsOf(choice.ways);
	const moved = new Set(generations.filter((g) => g.how === "move").map((g) => g.node));
	const keeping = swapped.filter((m) => moved.has(m.candidate.node));
	const going = swapped.filter((m) => !keeping.includes(m)).map((m) => m.old!);
	const first = new Set(going.filter((old) => mayGoFirst(input, old)));
	const leaving: readonly RelationFacts[] = [
		...going.filter((old) => !first.has(old)),
		...[...choice.rebuild.values()].map((a) => a.what),
	];
	const warnings = [...members.flatMap((m) => lostTriggers(m, wayOf(m))), ...slowFills(members, making, choice)];

	const schemas = placement.oldSchemas(project, [...new Set(leaving.map((r) => r.schema))]).toSorted();
	const targets = [...new Set(members.map((m) => m.candidate.target.schema))]
		.filter((s) => !catalog.schemas.has(s))
		.sort();
	const setUp = [
		...targets.map((s) => `create schema if not exists ${dialect.quote(s)}`),
		...schemas.map((s) => `create schema if not exists ${dialect.quote(s)}`),
	];

	const moves: string[] = [];
	for (const m of swapped)
		for (const s of m.old!.statistics) moves.push(`drop statistics ${qualified(dialect, s.schema, s.name)}`);
	for (const r of first) moves.push(`drop table ${qualified(dialect, r.schema, r.name)}`);
	for (const r of leaving) moves.push(...placement.takeOut(project, r));
	for (const m of keeping) {
		const { schema, identifier } = m.candidate.keepAs!;
		moves.push(...looseEnds(dialect, m), `alter table ${target(m)} set schema ${dialect.quote(schema)}`);
		if (identifier !== m.old!.name)
			moves.push(`alter table ${qualified(dialect, schema, m.old!.name)} rename to ${dialect.quote(identifier)}`);
	}
	for (const m of moving) {
		moves.push(...placement.bringIn({ fresh: m.fresh, target: m.candidate.target, old: m.old }));
		for (const s of m.fresh.statistics.filter((s) => s.schema === m.fresh.schema && placement.kind === "apart")) {
			const home = m.old?.statistics.find((o) => o.name === s.name)?.schema ?? m.candidate.target.schema;
			moves.push(`alter statistics ${qualified(dialect, s.schema, s.name)} set schema ${dialect.quote(home)}`);
		}
	}
	for (const m of early)
		moves.push(
			`alter materialized view ${qualified(dialect, newSchema(m.candidate.target.schema), m.candidate.target.identifier)} set schema ${dialect.quote(m.candidate.target.schema)}`,
		);
	const earlySchemas = [...new Set(early.map((m) => newSchema(m.candidate.target.schema)))].sort();
	/** The key of a held candidate; it gets the one its target has when it is published. */
	const staleKeys = new Set(
		choice.staleKeys.map(
			(k) =>
				`alter table ${qualified(dialect, k.holderSchema!, k.holderName!)} drop constraint ${dialect.quote(k.name)}`,
		),
	);

	const changes: readonly Step[] = [
		...setUp.map((sql) => step(sql)),
		...[...staleKeys].map((sql) => step(sql)),
		...moves.map((sql) => step(sql)),
		...moving.flatMap((m) =>
			foreignKeySteps(dialect, m, { ways: choice.ways, publishedSchema: input.publishedSchema }),
		),
		...createViews(input, making),
		...[...choice.restate].map(([what, a]) => step(restatement(a), blameFor(a, what))),
		...members.flatMap((m) => carryMember(dialect, catalog, { member: m, way: wayOf(m), created: !comesAlong(m) })),
		...[...choice.rebuild.values()].flatMap((a) =>
			carryForeignView(
				dialect,
				catalog,
				a.what,
				blameFor(a, `${kindWord(a.what.kind)} ${a.what.schema}.${a.what.name}`),
			),
		),
		...applied.filter((m) => m.fresh.kind === "v" && !spent.has(m.fresh.oid)).map((m) => step(overTarget(dialect, m))),
		...drops(input, { leaving, spent }).map((sql) => step(sql)),
		...lastIndexes,
		...lastColumns,
		...[...schemas, ...earlySchemas].map((s) => step(`drop schema ${dialect.quote(s)}`)),
	];

	const lockedViews = viewOrder(input, "old").toReversed();
	const losing = new Set([...lastColumns, ...lastIndexes].flatMap((s) => s.blame!.nodes));
	const tables = [...swapped.filter((m) => isTable(m.old)), ...staying.filter((m) => losing.has(m.candidate.node))];
	// The candidate of a table that stays goes as well, with the keys that it was dressed with.
	const parents = parentsOf([...tables.map((m) => m.old!), ...kept.map((m) => m.fresh)]);
	return {
		columns: columnsToAdd(dialect, applied),
		indexes: indexes.flatMap((change) => change.before),
		generations,
		rowLocks: staying.map(target).sort(),
		rows: [
			...keepRows(dialect, kept, catalog.dependents),
			...applyRows(applied),
			...earlySchemas.map((s) => step(`create schema ${dialect.quote(s)}`)),
			...early.flatMap((m) => createMatview(dialect, m, newSchema(m.candidate.target.schema))),
		],
		locks: {
			views: lockedViews.map(
				(v) =>
					`alter ${kindWord(v.kind)} ${qualified(dialect, v.schema, v.name)} set schema ${dialect.quote(v.schema)}`,
			),
			tables: tables.map(target).sort(),
			parents: [...parents.values()].sort(),
			oids: [...lockedViews.map((v) => v.oid), ...tables.map((m) => m.old!.oid), ...parents.keys()],
		},
		changes,
		warnings,
		ignored: [
			...staying.flatMap((m) => ignoredConfig(m, wayOf(m))),
			...members.flatMap((m) => undocumentable(m, target(m))),
		],
	};
}

/**
 * A table that nothing hangs on need not stand aside until the end. The schema that old relations stand in is one for all
 * publishes of a schema: those that make it wait for each other, and the server plans anew whatever it keeps prepared.
 */
const mayGoFirst = ({ catalog, placement, lost }: ArrangeInput, old: RelationFacts): boolean =>
	placement.kind === "apart" &&
	old.kind === "r" &&
	lost.length === 0 &&
	catalog.dependents.every((d) => d.target !== old.oid);

/** Printed names by oid of what the foreign keys of these tables refer to, as far as it is none of them. */
function parentsOf(tables: readonly RelationFacts[]): ReadonlyMap<number, string> {
	const own = new Set(tables.map((t) => t.oid));
	const keys = tables.flatMap((t) => t.constraints.filter((c) => c.type === "f" && !own.has(c.refersTo)));
	return new Map(keys.map((key) => [key.refersTo, key.refersToName]));
}

function restatement({ what }: Affected<{ readonly kind: string; readonly definition: string | null }>): string {
	const text = (what.definition ?? "").replace(/;\s*$/, "");
	return what.kind === "rule" ? text.replace(/^CREATE RULE/, "CREATE OR REPLACE RULE") : text;
}

const slowFills = (
	members: readonly Member[],
	making: ReadonlyMap<Member, Making>,
	{ rebuild }: Choice,
): readonly string[] =>
	[
		...members.filter((m) => making.get(m) === "late").map((m) => m.label),
		...[...rebuild.values()].flatMap(({ what: v }) => (v.kind === "m" ? [`${v.schema}.${v.name}`] : [])),
	].map((label) => `materialized view ${label} is filled while readers of what it reads wait`);

/** A trigger of a table that becomes a view, or the other way round, has no place to go. */
function lostTriggers(m: Member, way: string): readonly string[] {
	if (way !== "swap" || kindWord(m.old!.kind) === kindWord(m.fresh.kind)) return [];
	return [...m.old!.triggers, ...m.old!.rules].map(
		(t) => `${t.name} of ${m.label} goes: it is a ${kindWord(m.fresh.kind)} now`,
	);
}

/**
 * Views in the order of what they read. `old`: those that exist, by what they read now, to lock them; `new`: by what
 * they will read, where a candidate stands for its target.
 */
function viewOrder(input: ArrangeInput, when: "old" | "new"): readonly RelationFacts[] {
	const { catalog, members, choice } = input;
	const views = new Map<number, RelationFacts>();
	const alias = new Map<number, number>();
	for (const m of members) {
		const way = choice.ways.get(m);
		if (way === "apply") continue;
		if (when === "new" && !isTable(m.fresh)) {
			views.set(m.fresh.oid, m.fresh);
			if (m.old !== null) alias.set(m.old.oid, m.fresh.oid);
		} else if (when === "old" && m.old !== null && !isTable(m.old) && (way === "swap" || way === "replace"))
			views.set(m.old.oid, m.old);
	}
	for (const a of [...choice.rebind.values(), ...choice.rebuild.values()]) views.set(a.what.oid, a.what);
	const needs = new Map<number, Set<number>>();
	for (const d of catalog.dependents) {
		if ((d.kind !== "view" && d.kind !== "matview") || !views.has(d.holder)) continue;
		const set = needs.get(d.holder) ?? new Set();
		set.add(alias.get(d.target) ?? d.target);
		needs.set(d.holder, set);
	}
	return afterNeeds([...views.keys()], (oid) => needs.get(oid) ?? []).map((oid) => views.get(oid)!);
}

function createViews(input: ArrangeInput, making: ReadonlyMap<Member, Making>): readonly Step[] {
	const { dialect, choice } = input;
	const byFresh = new Map(input.members.map((m) => [m.fresh.oid, m] as const));
	return viewOrder(input, "new").flatMap((view): Step | readonly Step[] => {
		const member = byFresh.get(view.oid);
		const made = member === undefined ? undefined : making.get(member);
		if (made !== undefined)
			return made === "late" ? createMatview(dialect, member!, member!.candidate.target.schema) : [];
		if (member !== undefined) {
			const { target, finalSql } = member.candidate;
			const head = choice.ways.get(member) === "replace" ? "create or replace view" : "create view";
			const name = qualified(dialect, target.schema, target.identifier);
			return {
				sql: `${head} ${name}${carriedOptions(dialect, member)} as\n${finalSql!.replace(/;\s*$/, "")}\n`,
				path: "session",
			};
		}
		const affected = choice.rebuild.get(view.oid) ?? choice.rebind.get(view.oid)!;
		const blame = { ...blameFor(affected, `${kindWord(view.kind)} ${view.schema}.${view.name}`), view: view.oid };
		if (view.kind === "m") return foreignMatview(dialect, view).map((sql) => step(sql, blame));
		return step(viewStatement(dialect, view, { replace: !choice.rebuild.has(view.oid) }), blame);
	});
}

/**
 * A candidate that a held one reads, over a target that has its new rows by now: the view of target and new rows would
 * show them twice. It becomes a view of the target, with the columns that its readers know.
 */
function overTarget(dialect: Dialect, { candidate, fresh }: Member): string {
	const list = fresh.columns
		.map((c) => `${dialect.quote(c.name)}::${c.printed} as ${dialect.quote(c.name)}`)
		.join(", ");
	const target = qualified(dialect, candidate.target.schema, candidate.target.identifier);
	return `create or replace view ${qualified(dialect, fresh.schema, fresh.name)} as select ${list} from ${target}`;
}

/** Candidates that may go now: nothing but what goes as well hangs on them. Others wait for dropStale. */
function spentCandidates(input: ArrangeInput, making: ReadonlyMap<Member, Making>): ReadonlySet<number> {
	const { catalog, members, choice } = input;
	const spent = new Set(choice.staleViews);
	const isMade = (m: Member) => m.fresh.kind === "v" || (making.get(m) ?? "move") !== "move";
	for (const m of members)
		if (isMade(m) || choice.ways.get(m) === "keep" || choice.ways.get(m) === "apply") spent.add(m.fresh.oid);
	const leaving = new Set(members.flatMap((m) => (choice.ways.get(m) === "swap" ? [m.old!.oid] : [])));
	for (let changed = true; changed; ) {
		changed = false;
		for (const d of catalog.dependents)
			if (spent.has(d.target) && !spent.has(d.holder) && !leaving.has(d.holder) && !isOwnKey(d, members)) {
				spent.delete(d.target);
				changed = true;
			}
	}
	for (const { delta, fresh } of members)
		if (delta !== null && catalog.dependents.every((d) => d.target !== delta.oid || d.holder === fresh.oid))
			spent.add(delta.oid);
	return spent;
}

/** A candidate's foreign key to a kept candidate: it has been pointed at the published table by now. */
const isOwnKey = (d: { readonly kind: string; readonly holder: number }, members: readonly Member[]): boolean =>
	d.kind === "foreignKey" && members.some((m) => m.fresh.oid === d.holder);

/** Outermost first. Relations that go together go in one statement, which settles the order among them. */
function drops(
	{ dialect, project, catalog, placement, lost }: ArrangeInput,
	about: {
		readonly leaving: readonly RelationFacts[];
		readonly spent: ReadonlySet<number>;
	},
): readonly string[] {
	const { leaving, spent } = about;
	const names = new Map(
		leaving.map((r) => {
			const { schema, name } = placement.oldPlace(project, r);
			return [r.oid, { kind: r.kind, name: qualified(dialect, schema, name) }] as const;
		}),
	);
	for (const oid of spent) {
		const r = catalog.relations.get(oid);
		if (r !== undefined) names.set(oid, { kind: r.kind, name: qualified(dialect, r.schema, r.name) });
	}
	const needs = new Map<number, number[]>();
	for (const d of catalog.dependents) needs.set(d.holder, [...(needs.get(d.holder) ?? []), d.target]);
	const layered = [...names.keys()].sort((a, b) => Number(isTable(names.get(a)!)) - Number(isTable(names.get(b)!)));
	const ordered = afterNeeds(layered.toReversed(), (oid) => needs.get(oid) ?? []).toReversed();
	const batches: { kind: string; names: string[] }[] = [];
	for (const oid of ordered) {
		const { kind, name } = names.get(oid)!;
		const last = batches.at(-1);
		if (last?.kind === kind) last.names.push(name);
		else batches.push({ kind, names: [name] });
	}
	const cascade = lost.length > 0 ? " cascade" : "";
	return batches.map((b) => `drop ${kindWord(b.kind as RelationFacts["kind"])} ${b.names.join(", ")}${cascade}`);
}
