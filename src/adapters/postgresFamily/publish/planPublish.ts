import type { Dialect, PublishRequest, PublishWay } from "../../../core/adapter.ts";
import type { NodeId } from "../../../core/node.ts";
import { type Arrangement, arrangeSteps } from "./arrangeSteps.ts";
import { shadowSchema } from "./candidateNames.ts";
import type { Catalog, RelationFacts } from "./catalogFacts.ts";
import { type ChooseInput, chooseWays } from "./chooseWays.ts";
import { chooseLosing, type LostDependent } from "./loseDependents.ts";
import { findMembers, type Member, type Refusal } from "./members.ts";
import { type Placement, placedApart } from "./placement.ts";

export interface PublishPlan extends Arrangement {
	readonly ways: readonly { readonly node: NodeId; readonly way: PublishWay }[];
	/** Entries of the server's lock table that the transaction will take, roughly. */
	readonly lockCount: number;
	/** What goes with the relations that it hangs on. */
	readonly lost: readonly LostDependent[];
}

export type Planned =
	| { readonly kind: "plan"; readonly plan: PublishPlan }
	| { readonly kind: "refused"; readonly refusals: readonly Refusal[] };

/** Candidate schemas of this project → the published schema they stand for. Names are hashed: only known schemas can be found. */
export function publishedSchemas(
	dialect: Dialect,
	project: string,
	schemas: Iterable<string>,
): ReadonlyMap<string, string> {
	return new Map([...schemas].map((s) => [shadowSchema("c", project, s, dialect.maxIdentifierBytes), s] as const));
}

const objectsOf = (r: RelationFacts): number => 1 + (r.hasToast ? 2 : 0) + r.indexes.length + r.statistics.length;

/** Measured: 11 for a swapped table with two indexes and a view over it. Drops are what costs. */
function countLocks(members: readonly Member[], affectedViews: number): number {
	const relations = members.flatMap((m) => [m.fresh, m.old, m.delta]).filter((r) => r !== null);
	return relations.reduce((sum, r) => sum + objectsOf(r), 2 * affectedViews + 8);
}

/** What to do for these candidates, or why some cannot go. `failed`: views that could not be made again. Pure. */
export function planPublish(
	dialect: Dialect,
	request: Pick<PublishRequest, "project" | "candidates" | "cascade">,
	catalog: Catalog,
	placement: Placement = placedApart(dialect),
	failed: ReadonlyMap<number, string> = new Map(),
): Planned {
	const { members, refusals } = findMembers(request.candidates, catalog);
	if (refusals.length > 0) return { kind: "refused", refusals };
	const targets = request.candidates.map((c) => c.target.schema);
	const published = publishedSchemas(dialect, request.project, [...catalog.schemas, ...targets]);
	const isCandidate: ChooseInput["isCandidate"] = (place) => placement.isCandidate(place, published);
	const input = { members, catalog, isCandidate };
	const losing = request.cascade === true ? chooseLosing(input, failed) : { choice: chooseWays(input), lost: [] };
	const { choice, lost } = losing;
	if (choice.refusals.length > 0) return { kind: "refused", refusals: choice.refusals };
	const arrangement = arrangeSteps({
		dialect,
		project: request.project,
		catalog,
		members,
		choice,
		lost,
		publishedSchema: (schema) => published.get(schema),
		placement,
	});
	return {
		kind: "plan",
		plan: {
			...arrangement,
			ways: members.map((m) => ({ node: m.candidate.node, way: choice.ways.get(m)! })),
			lockCount: countLocks(members, choice.rebind.size + choice.rebuild.size + lost.length),
			lost,
		},
	};
}
