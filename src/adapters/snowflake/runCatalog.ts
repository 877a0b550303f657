import type { RelationInfo, RelationKind, RelationName } from "../../core/relation.ts";
import { type RelationChange, relationChanges, type WrittenName } from "./relationChanges.ts";

/** What stands under a name. */
export interface Standing {
	readonly kind: RelationKind;
	/** Null: it has been changed since. */
	readonly comment: string | null;
}

/** A relation as SHOW lists it. */
export interface ListedRelation {
	readonly info: RelationInfo;
	readonly comment: string | null;
}

export type Schema = Pick<RelationName, "database" | "schema">;

/**
 * What a run knows of the relations of the schemas that it has asked about: the answer of one listing of each, and what
 * the run's own statements have made, moved and dropped since. dbt keeps the same for its runs. What others do meanwhile
 * is not in it, nor what a statement does that cannot be told from its text: after one of those everything is asked anew.
 * Leases keep other runs of tfm away from what this one writes; what else matters, whoever asks looks at once more.
 */
export interface RunCatalog {
	/** A run begins: from here on listings are kept. */
	begin(): void;
	/** What is known is asked anew: others may have been at work. */
	forget(): void;
	/** So many relations at least of each schema will be asked about, which makes a listing worth its time. */
	expect(relations: readonly RelationName[]): void;
	isWorthListing(place: Schema): boolean;
	/** The listing that is kept, or the one that `list` makes now; sorted as that is. */
	relationsOf(place: Schema, list: () => Promise<readonly ListedRelation[]>): Promise<readonly RelationInfo[]>;
	/** Null: nothing stands there. Undefined: not known without a question. */
	standing(relation: RelationName): Standing | null | undefined;
	/**
	 * What became of a statement; `lost`: nobody knows. `home`: what bare names mean; null: not known, since the session
	 * has moved.
	 */
	notice(sql: string, about: { readonly home: Schema | null; readonly outcome: "done" | "refused" | "lost" }): void;
}

/** From so many on one listing is cheaper than a question for each. */
const WORTH = 4;
/** Other processes write there at any time. */
const SHARED = "TFM_STATE";

interface Kept {
	/** Null: the listing is still under way. */
	relations: Map<string, ListedRelation> | null;
	/** What happened meanwhile: the listing has it or not. */
	readonly since: (() => void)[];
	readonly listed: Promise<unknown>;
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = ({ database, schema }: Schema): string => `${database}\0${schema}`;

export function createRunCatalog(): RunCatalog {
	const kept = new Map<string, Kept>();
	const expected = new Map<string, Set<string>>();
	let begun = false;

	const set = (name: RelationName, now: Standing | null): void => {
		const relations = kept.get(keyOf(name))?.relations;
		if (now === null) relations?.delete(name.identifier);
		else relations?.set(name.identifier, { info: Object.freeze({ ...name, kind: now.kind }), comment: now.comment });
	};
	const get = (name: RelationName): Standing | undefined => standingOf(kept.get(keyOf(name))?.relations, name);

	/** May be done twice: a listing that was under way may have it already. */
	function apply(change: RelationChange, name: RelationName, to: RelationName | null): void {
		const before = get(name);
		switch (change.kind) {
			case "made":
				if (!change.unless || before === undefined) set(name, { kind: change.as, comment: null });
				break;
			case "dropped":
				// It said `if exists`, and something else stood there: what stands now is anybody's guess.
				if (before !== undefined && before.kind !== change.of) kept.delete(keyOf(name));
				set(name, null);
				break;
			case "renamed": {
				const after = to === null ? undefined : get(to);
				if (to !== null && (before !== undefined || after === undefined))
					set(to, { kind: before?.kind ?? change.of, comment: before?.comment ?? null });
				set(name, null);
				break;
			}
			case "swapped":
				for (const one of [name, to!]) set(one, { kind: "table", comment: null });
				break;
			case "altered":
				if (before !== undefined) set(name, { kind: before.kind, comment: null });
				break;
			case "schema dropped":
				kept.delete(keyOf(name));
		}
	}

	const forget = (): void => kept.clear();

	return Object.freeze({
		begin() {
			forget();
			expected.clear();
			begun = true;
		},
		forget,
		expect(relations) {
			for (const relation of relations) {
				const names = expected.get(keyOf(relation)) ?? new Set();
				expected.set(keyOf(relation), names.add(relation.identifier));
			}
		},
		isWorthListing: (place) => begun && (expected.get(keyOf(place))?.size ?? 0) >= WORTH,
		async relationsOf(place, list) {
			if (!begun || place.schema === SHARED) return sorted(await list());
			const key = keyOf(place);
			const known = kept.get(key);
			if (known === undefined) {
				const since: (() => void)[] = [];
				const listed = list();
				const mine: Kept = { relations: null, since, listed };
				kept.set(key, mine);
				try {
					const found = await listed;
					mine.relations = new Map(found.map((one) => [one.info.identifier, one]));
				} catch (error) {
					if (kept.get(key) === mine) kept.delete(key);
					throw error;
				}
				for (const change of since) change();
				return sorted([...mine.relations.values()]);
			}
			await known.listed;
			return sorted([...known.relations!.values()]);
		},
		standing(relation) {
			const relations = kept.get(keyOf(relation))?.relations;
			return relations == null ? undefined : (standingOf(relations, relation) ?? null);
		},
		notice(sql, { home, outcome }) {
			if (kept.size === 0) return;
			const changes = relationChanges(sql);
			if (changes === null) return forget();
			if (outcome === "refused") return;
			for (const change of changes) {
				if (change.name.at(-2) === SHARED) continue;
				const name = change.kind === "schema dropped" ? schemaOf(change.name, home) : relationOf(change.name, home);
				const to = "to" in change ? relationOf(change.to, home) : null;
				if (name === null || ("to" in change && to === null)) return forget();
				if (outcome === "lost" || change.kind === "schema dropped") {
					for (const one of [name, ...(to === null ? [] : [to])]) kept.delete(keyOf(one));
					continue;
				}
				for (const place of new Set([keyOf(name), ...(to === null ? [] : [keyOf(to)])])) {
					const listing = kept.get(place);
					if (listing !== undefined && listing.relations === null) listing.since.push(() => apply(change, name, to));
				}
				apply(change, name, to);
			}
		},
	} satisfies RunCatalog);
}

const sorted = (listed: readonly ListedRelation[]): readonly RelationInfo[] =>
	listed.map(({ info }) => info).sort((a, b) => byBytes(a.identifier, b.identifier));

function standingOf(
	relations: ReadonlyMap<string, ListedRelation> | null | undefined,
	{ identifier }: RelationName,
): Standing | undefined {
	const found = relations?.get(identifier);
	return found === undefined ? undefined : { kind: found.info.kind, comment: found.comment };
}

function relationOf(name: WrittenName, home: Schema | null): RelationName | null {
	const [identifier = "", schema = home?.schema ?? "", database = home?.database ?? ""] = name.toReversed();
	return schema === "" || database === "" ? null : { database, schema, identifier };
}

function schemaOf(name: WrittenName, home: Schema | null): RelationName | null {
	const [schema = "", database = home?.database ?? ""] = name.toReversed();
	return database === "" ? null : { database, schema, identifier: "" };
}
