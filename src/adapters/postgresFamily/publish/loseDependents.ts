import type { NodeId } from "../../../core/node.ts";
import type { Catalog, Dependent } from "./catalogFacts.ts";
import { type Choice, type ChooseInput, chooseWays } from "./chooseWays.ts";
import type { Blocker } from "./members.ts";

/** Something outside the request that goes with the relation that it hangs on. */
export interface LostDependent extends Blocker {
	/** Because of whom. */
	readonly node: NodeId;
}

export interface Losing {
	readonly choice: Choice;
	/** Empty where something is refused. */
	readonly lost: readonly LostDependent[];
}

/** Views and foreign keys, which `drop … cascade` takes along; by what tells them apart. Null: nothing that may go. */
const keyOf = ({ kind, holder, name }: Dependent): string | null =>
	kind === "view" || kind === "matview" ? `${holder}` : kind === "foreignKey" ? `${holder} ${name}` : null;

function without({ catalog }: ChooseInput, lost: ReadonlyMap<string, LostDependent>): Catalog {
	const stays = (d: Dependent): boolean =>
		!lost.has(`${d.holder}`) && !lost.has(`${d.holder} ${d.name}`) && !lost.has(`${d.target}`);
	return { ...catalog, dependents: catalog.dependents.filter(stays) };
}

/**
 * Chooses as chooseWays does, and lets go of what dbt's `drop … cascade` would drop: views, materialized ones and foreign
 * keys that cannot be kept over the new relation, with the views above them. Only those: what can be kept is. Functions,
 * rules, row types and what belongs to the table itself are still refused. `failed`: views that the server would not make
 * again, by oid, with its words.
 */
export function chooseLosing(input: ChooseInput, failed: ReadonlyMap<number, string>): Losing {
	const lost = new Map<string, LostDependent>();
	const members = new Set(input.members.flatMap((m) => (m.old === null ? [] : [m.old.oid])));
	const isCandidate = ({ holderSchema: schema, holderName: name }: Dependent) => input.isCandidate({ schema, name });
	/** False: something above it may not go. */
	const lose = (found: LostDependent): boolean => {
		const { dependent, node } = found;
		const key = keyOf(dependent);
		if (key === null || members.has(dependent.holder)) return false;
		if (lost.has(key)) return true;
		lost.set(key, found);
		if (dependent.kind === "foreignKey") return true;
		const above = input.catalog.dependents.filter((d) => d.target === dependent.holder && !isCandidate(d));
		return above.every((d) => lose({ dependent: d, node, why: `it reads ${dependent.what}` }));
	};
	const [first] = input.members;
	for (const dependent of input.catalog.dependents) {
		const why = failed.get(dependent.holder);
		if (why !== undefined && first !== undefined) lose({ dependent, node: first.candidate.node, why });
	}
	for (;;) {
		const choice = chooseWays({ ...input, catalog: without(input, lost) });
		if (choice.refusals.length === 0) return { choice, lost: [...lost.values()] };
		const goes = choice.refusals.every(
			({ node, blockers = [] }) => blockers.length > 0 && blockers.every((blocker) => lose({ ...blocker, node })),
		);
		if (!goes) return { choice, lost: [] };
	}
}
