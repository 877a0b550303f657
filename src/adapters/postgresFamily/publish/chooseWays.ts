/**
 * Which way each candidate is published, and what becomes of everything outside the run that hangs on the relations
 * replaced. Pure: it reads only the catalog snapshot, so that every case is a test without a lock.
 *
 * A relation that is swapped out takes its oid along. What names it by oid is either re-created over the new one (views,
 * `begin atomic` functions, rules), or cannot be (materialized views over a table, foreign keys, publications, row types): then the
 * table itself is kept and its rows are replaced, for as long as its columns are the same.
 */
import type { PublishWay } from "../../../core/adapter.ts";
import type { Catalog, Dependent, RelationFacts } from "./catalogFacts.ts";
import {
	type Blocker,
	columnChange,
	hasColumnsOf,
	isViewPrefix,
	type Member,
	type Refusal,
	refusal,
	sameColumns,
	sameType,
} from "./members.ts";
import { isTable, kindWord } from "./statements.ts";

/** Something outside the request to do, and the members because of whom. */
export interface Affected<T> {
	readonly what: T;
	readonly because: Set<Member>;
}

export interface Choice {
	readonly ways: ReadonlyMap<Member, PublishWay>;
	/** Views replaced in place: their columns stay as they are. */
	readonly rebind: ReadonlyMap<number, Affected<RelationFacts>>;
	/** Views whose columns change type, materialized views over views, and all above them: made anew with all they had. */
	readonly rebuild: ReadonlyMap<number, Affected<RelationFacts>>;
	/** Functions and rules to state again, by what they are called. */
	readonly restate: ReadonlyMap<string, Affected<Dependent>>;
	/** Candidate views, of this request or held, that read a relation swapped out: they go. */
	readonly staleViews: ReadonlySet<number>;
	/** Foreign keys of candidates outside the request that refer to a relation swapped out. */
	readonly staleKeys: readonly Dependent[];
	readonly refusals: readonly Refusal[];
}

function firstWay({ candidate, fresh, old }: Member): PublishWay {
	if (candidate.apply !== undefined) return "apply";
	if (old === null) return "new";
	if (old.kind === "v" && fresh.kind === "v" && isViewPrefix(old, fresh)) return "replace";
	return candidate.publish === "keep" && isTable(old) && isTable(fresh) ? "keep" : "swap";
}

const altersColumns = ({ candidate }: Member): boolean =>
	candidate.apply !== undefined && candidate.apply.addColumns.length + candidate.apply.dropColumns.length > 0;

/** What binds a table to its identity by itself, whoever else hangs on it. */
function identityOf(member: Member): readonly string[] {
	const old = member.old!;
	return [
		...old.publications.map((name) => `publication ${name}`),
		...old.columns.filter((c) => c.identity !== "").map((c) => `identity column ${c.name}`),
		...old.ownedSequences.map((name) => `owned sequence ${name}`),
		...(old.inheritance && old.kind !== "p" ? ["inheritance"] : []),
		...(isTable(old) && !isTable(member.fresh) && (old.rowSecurity || old.policies.length > 0)
			? [`row security, which a ${kindWord(member.fresh.kind)} cannot have`]
			: []),
	];
}

/** What changed, for the sentence of TFM-PUB-002. */
function changeOf({ candidate, old, fresh }: Member): string {
	if (kindWord(fresh.kind) !== kindWord(old!.kind)) return `it becomes a ${kindWord(fresh.kind)}`;
	if (!isTable(fresh)) return `it is a ${kindWord(fresh.kind)}`;
	const change = `its columns changed: ${columnChange(old!, fresh) ?? "in their order"}`;
	return candidate.publish === "keep" ? `${change} (publish: keep)` : change;
}

/**
 * True when a printed query names the columns of a relation by position: `FROM s.t alias(a, b)`. The server prints
 * keywords in capitals and quotes identifiers that have any, which tells an alias from `ON (`.
 */
function namesColumnsByPosition(text: string, printed: string): boolean {
	const name = printed.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	return new RegExp(
		`(?<![\\w".])${name}\\s+(?:"(?:[^"]|"")+"|[a-z_\\u0080-\\uffff][a-z0-9_$\\u0080-\\uffff]*)\\(`,
	).test(text);
}

const columnsMoved = (old: RelationFacts, fresh: RelationFacts): boolean =>
	old.columns.some((c, i) => fresh.columns[i]?.name !== c.name);

/** What binds a table to its identity from outside. */
interface Bond {
	readonly reason: string;
	readonly dependent: Dependent;
}

/** Because of whom a relation leaves, and what comes in its stead. */
interface Why {
	readonly because: Set<Member>;
	/** Null: a view outside the run that is rebuilt; what its columns will be is not known before. */
	readonly fresh: RelationFacts | null;
	/** The candidate was built over a view that is rebuilt: its columns are in doubt. */
	readonly unsure: boolean;
}

/** Walks from each relation that leaves to what hangs on it, and collects what that asks for. */
class Follower {
	readonly rebind = new Map<number, Affected<RelationFacts>>();
	readonly rebuild = new Map<number, Affected<RelationFacts>>();
	readonly restate = new Map<string, Affected<Dependent>>();
	readonly staleViews = new Set<number>();
	readonly staleKeys: Dependent[] = [];
	readonly identity = new Map<Member, Bond[]>();
	readonly unsure = new Set<Member>();
	readonly refusals: Refusal[] = [];
	readonly #byTarget: ReadonlyMap<number, readonly Dependent[]>;
	readonly #byOld: ReadonlyMap<number, Member>;
	readonly #ways: ReadonlyMap<Member, PublishWay>;
	readonly #catalog: Catalog;
	readonly #isCandidate: (dependent: Dependent) => boolean;
	readonly #byFresh: ReadonlySet<number>;

	constructor(input: ChooseInput, ways: ReadonlyMap<Member, PublishWay>, unsure: ReadonlySet<Member>) {
		this.#catalog = input.catalog;
		this.#isCandidate = ({ holderSchema: schema, holderName: name }) => input.isCandidate({ schema, name });
		this.#ways = ways;
		const byTarget = new Map<number, Dependent[]>();
		for (const d of input.catalog.dependents) byTarget.set(d.target, [...(byTarget.get(d.target) ?? []), d]);
		this.#byTarget = byTarget;
		this.#byOld = new Map(input.members.flatMap((m) => (m.old === null ? [] : [[m.old.oid, m] as const])));
		this.#byFresh = new Set(input.members.map((m) => m.fresh.oid));
		for (const member of unsure) this.unsure.add(member);
		for (const [member, way] of ways) {
			if (way === "swap")
				this.#follow(member.old!, { because: new Set([member]), fresh: member.fresh, unsure: unsure.has(member) });
			if (way === "swap") this.#holdPartitions(member);
			if (way === "apply") this.#dropColumns(member);
			if (way === "swap" || way === "replace" || (way === "apply" && altersColumns(member)))
				this.#mustOwn(member, member.old!, { object: `it (${member.label})`, keepable: false });
		}
	}

	/** What reads a single partition, or refers to it, has nothing to be re-created over. */
	#holdPartitions(member: Member): void {
		const tree = new Set([member.old!.oid, ...member.old!.partitions.map((p) => p.oid)]);
		for (const part of member.old!.partitions)
			for (const dependent of this.#byTarget.get(part.oid) ?? [])
				if (!tree.has(dependent.holder))
					this.#bond(member, { reason: `${dependent.what}, which uses its partition ${part.name}`, dependent });
	}

	/** Columns that go from a table that stays: nothing of others may need them. */
	#dropColumns(member: Member): void {
		const old = member.old!;
		const gone = new Set(member.candidate.apply!.dropColumns);
		const need = (column: string, dependent: string, owner: string | null): void =>
			void this.refusals.push(refusal(member, "TFM-PUB-001", { target: member.label, column, dependent, owner }));
		for (const dependent of this.#byTarget.get(old.oid) ?? []) {
			if (dependent.column === null || !gone.has(dependent.column)) continue;
			const holder = this.#byOld.get(dependent.holder);
			const way = holder === undefined ? undefined : this.#ways.get(holder);
			if (dependent.kind === "view" && (way === "swap" || way === "replace")) continue;
			if (this.#isCandidate(dependent)) this.#visitShadow(dependent, new Set([member]));
			else need(dependent.column, dependent.what, dependent.owner);
		}
		for (const [word, parts] of [
			["policy", old.policies],
			["trigger", old.triggers],
			["rule", old.rules],
		] as const)
			for (const part of parts)
				for (const column of part.needs) if (gone.has(column)) need(column, `${word} ${part.name} of it`, old.owner);
	}

	#follow(gone: RelationFacts, why: Why): void {
		for (const dependent of this.#byTarget.get(gone.oid) ?? []) this.#visit(gone, dependent, why);
	}

	#visit(gone: RelationFacts, dependent: Dependent, why: Why): void {
		const holder = this.#byOld.get(dependent.holder);
		const way = holder === undefined ? undefined : this.#ways.get(holder);
		if (holder !== undefined && (way === "swap" || way === "replace")) {
			// Re-created from the final query, or carried by name. Over a view rebuilt here its own columns are in doubt.
			if (dependent.kind === "view" && (why.fresh === null || why.unsure)) this.unsure.add(holder);
			if (way === "swap" || dependent.kind === "view") return;
		}
		if (this.#isCandidate(dependent)) this.#visitShadow(dependent, why.because);
		else if (dependent.rowType || !this.#canBeStated(gone, dependent)) this.#bind(gone, dependent, why);
		else if (this.#mayRestate(gone, dependent, why)) this.#restate(gone, dependent, why);
	}

	/**
	 * A materialized view over a table keeps that table; over a view of either kind, which has nothing to keep, it is made
	 * and filled anew. One with statistics or a tablespace of its own would come back without them.
	 */
	#canBeStated(gone: RelationFacts, { kind, holder }: Dependent): boolean {
		if (kind !== "matview") return kind === "view" || kind === "rule" || kind === "function";
		const view = this.#catalog.relations.get(holder);
		return !isTable(gone) && view?.statistics.length === 0 && view.tablespace === null;
	}

	/** A foreign view, rule or function can be stated again if its columns are there and its owner is ours. */
	#mayRestate(gone: RelationFacts, dependent: Dependent, why: Why): boolean {
		const { because, fresh } = why;
		const column = dependent.column;
		if (column !== null && fresh !== null && !fresh.columns.some((c) => c.name === column)) {
			const facts = { column, dependent: dependent.what, owner: dependent.owner };
			const blockers = [{ dependent, why: `it needs column ${column}, which the new version does not have` }];
			this.#refuse(because, (m) => refusal(m, "TFM-PUB-001", { target: m.label, ...facts }, blockers));
			return false;
		}
		for (const m of because) {
			const keepable = isTable(m.old) && isTable(m.fresh) && sameColumns(m.old!, m.fresh);
			this.#mustOwn(m, dependent, { object: dependent.what, keepable }, dependent);
		}
		const text =
			dependent.kind === "view" || dependent.kind === "matview"
				? this.#catalog.relations.get(dependent.holder)?.query
				: dependent.definition;
		if (fresh === null || !columnsMoved(gone, fresh) || !namesColumnsByPosition(text ?? "", gone.printed)) return true;
		const problem = "it names the columns by their position, and the order has changed";
		const facts = { dependent: dependent.what, problem };
		const blockers = [{ dependent, why: problem }];
		this.#refuse(because, (m) => refusal(m, "TFM-PUB-010", { target: m.label, ...facts }, blockers));
		return false;
	}

	#restate(gone: RelationFacts, dependent: Dependent, why: Why): void {
		if (dependent.kind !== "view" && dependent.kind !== "matview") {
			merge(this.restate, dependent.what, dependent, why.because);
			return;
		}
		const view = this.#catalog.relations.get(dependent.holder)!;
		const old = gone.columns.find((c) => c.name === dependent.column);
		const now = why.fresh?.columns.find((c) => c.name === dependent.column);
		const retyped = old !== undefined && now !== undefined && !sameType(old, now);
		if (dependent.kind === "view" && why.fresh !== null && !why.unsure && !retyped) {
			merge(this.rebind, view.oid, view, why.because);
			return;
		}
		const known = this.rebuild.get(view.oid)?.because;
		if (known !== undefined && [...why.because].every((m) => known.has(m))) return;
		const because = merge(this.rebuild, view.oid, view, why.because);
		this.#follow(view, { because, fresh: null, unsure: true });
	}

	/** Candidates read what is swapped out: their views go (a retry would rebuild them), their keys are pointed anew. */
	#visitShadow(dependent: Dependent, because: Set<Member>): void {
		if (dependent.kind === "foreignKey") {
			if (!this.#byFresh.has(dependent.holder)) this.staleKeys.push(dependent);
			return;
		}
		if ((dependent.kind !== "view" && dependent.kind !== "matview") || this.staleViews.has(dependent.holder)) return;
		this.staleViews.add(dependent.holder);
		for (const above of this.#byTarget.get(dependent.holder) ?? []) {
			if (this.#isCandidate(above)) this.#visitShadow(above, because);
			else
				this.#refuse(because, (member) =>
					refusal(member, "TFM-PUB-007", { candidate: dependent.what, objects: [above.what] }),
				);
		}
	}

	#bind(gone: RelationFacts, dependent: Dependent, why: Why): void {
		const reason = dependent.rowType ? `${dependent.what}, which uses its row type` : dependent.what;
		for (const member of why.because) {
			if (why.fresh !== null) this.#bond(member, { reason, dependent });
			else {
				const change = `view ${gone.schema}.${gone.name} would have to be rebuilt under it`;
				const facts = { target: member.label, reasons: [reason], change };
				this.refusals.push(refusal(member, "TFM-PUB-002", facts, [{ dependent, why: change }]));
			}
		}
	}

	#bond(member: Member, bond: Bond): void {
		this.identity.set(member, [...(this.identity.get(member) ?? []), bond]);
	}

	#mustOwn(
		member: Member,
		whose: { readonly member: boolean; readonly owner: string | null },
		what: { readonly object: string; readonly keepable: boolean },
		dependent?: Dependent,
	): void {
		if (whose.member) return;
		const { role } = this.#catalog;
		const facts = { target: member.label, owner: whose.owner ?? "another role", role, ...what };
		const why = `it belongs to ${facts.owner}, and ${role} is not a member of that role`;
		this.refusals.push(refusal(member, "TFM-PUB-003", facts, dependent === undefined ? [] : [{ dependent, why }]));
	}

	#refuse(because: Iterable<Member>, make: (member: Member) => Refusal): void {
		for (const member of because) this.refusals.push(make(member));
	}
}

function merge<K, T>(into: Map<K, Affected<T>>, key: K, what: T, because: Iterable<Member>): Set<Member> {
	const entry = into.get(key) ?? { what, because: new Set<Member>() };
	for (const member of because) entry.because.add(member);
	into.set(key, entry);
	return entry.because;
}

export interface ChooseInput {
	readonly members: readonly Member[];
	readonly catalog: Catalog;
	/** True for candidates of this project. */
	readonly isCandidate: (place: { readonly schema: string | null; readonly name: string | null }) => boolean;
}

/**
 * Repeats until nothing changes: a table that must be kept binds its parents by its foreign keys; a view over one that
 * is rebuilt cannot be replaced in place. Ways only move replace → swap → keep or refused, so it ends.
 */
export function chooseWays(input: ChooseInput): Choice {
	const ways = new Map(input.members.map((m) => [m, firstWay(m)] as const));
	const unsure = new Set<Member>();
	for (;;) {
		const found = new Follower(input, ways, unsure);
		const refusals = [...found.refusals];
		let changed = false;
		for (const member of found.unsure) {
			changed ||= !unsure.has(member) || ways.get(member) === "replace";
			unsure.add(member);
			if (ways.get(member) === "replace") ways.set(member, "swap");
		}
		for (const [member, way] of ways) {
			if (way !== "swap" && way !== "keep") continue;
			const { candidate, old, fresh } = member;
			const same =
				isTable(old) &&
				isTable(fresh) &&
				(sameColumns(old!, fresh) || (candidate.fitsTable === true && hasColumnsOf(old!, fresh)));
			const bonds = found.identity.get(member) ?? [];
			const own = identityOf(member);
			const reasons = [...bonds.map(({ reason }) => reason), ...own];
			if (way === "keep" && same) continue;
			if (reasons.length === 0 && way === "swap") continue;
			if (same) {
				ways.set(member, "keep");
				changed = true;
			} else {
				const change = changeOf(member);
				const facts = {
					target: member.label,
					reasons: reasons.length === 0 ? ["its `publish: keep`"] : [...new Set(reasons)],
					change,
					kept: reasons.length === 0,
				};
				const why = `it hangs on the table itself: ${change}`;
				const blockers: Blocker[] = own.length > 0 ? [] : bonds.map(({ dependent }) => ({ dependent, why }));
				refusals.push(refusal(member, "TFM-PUB-002", facts, blockers));
			}
		}
		if (changed) continue;
		for (const oid of found.rebuild.keys()) found.rebind.delete(oid);
		return {
			ways,
			rebind: found.rebind,
			rebuild: found.rebuild,
			restate: found.restate,
			staleViews: found.staleViews,
			staleKeys: found.staleKeys,
			refusals,
		};
	}
}
