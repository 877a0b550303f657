import type { Candidate, CandidateKind } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { NodeConfig } from "../core/node.ts";
import type { BuildableNode, BuildInput } from "../core/plan.ts";
import { suggestName } from "../core/suggestName.ts";

/** What this version builds, in the words of the `materialized` config. */
const KINDS: Readonly<Record<string, CandidateKind>> = {
	table: "table",
	view: "view",
	seed: "table",
	incremental: "table",
	materialized_view: "materialized_view",
};

/** What a project's `publish_method` means for one table. */
const METHODS = { swap: "swap", dml: "keep" } as const;

const AVAILABLE = ["view", "table", "incremental", "materialized_view", "ephemeral", "seed"];

/** True where new rows go into a table that stays; is_incremental() in the model's template says the same. */
export const bringsRows = (input: BuildInput): boolean =>
	input.node.resource_type === "model" &&
	input.node.config.materialized === "incremental" &&
	input.existing === "table" &&
	!input.fullRefresh;

const strings = (value: unknown): readonly string[] =>
	(Array.isArray(value) ? value : [value]).filter((v): v is string => typeof v === "string");

/** `grants: {select: [a, b]}` or `{select: a}`. dbt manages no grants where the mapping is empty. */
function grantsOf(config: NodeConfig): Readonly<Record<string, readonly string[]>> | undefined {
	const grants = config.grants;
	if (typeof grants !== "object" || grants === null || Object.keys(grants).length === 0) return undefined;
	return Object.fromEntries(Object.entries(grants).map(([privilege, to]) => [privilege, strings(to)]));
}

/** Comments only where `persist_docs` asks for them, as dbt does; columns without a description are left alone. */
function commentsOf(node: BuildableNode): Pick<Candidate, "comment" | "columnComments"> {
	const persist = node.config.persist_docs as { relation?: unknown; columns?: unknown } | null | undefined;
	const columns = Object.values(node.columns);
	return {
		...(persist?.relation === true ? { comment: node.description } : {}),
		...(persist?.columns === true && columns.length > 0
			? {
					columnComments: columns.map((c) => ({ column: c.name, quoted: c.quote === true, text: c.description })),
				}
			: {}),
	};
}

/** What the build of a node will leave in the shadow schema. Throws TFM-RUN-002 for what cannot be built. */
export function describeCandidate(input: BuildInput): Candidate {
	const { node } = input;
	const materialized = node.resource_type === "model" ? node.config.materialized : node.resource_type;
	const known = Object.hasOwn(KINDS, materialized) ? KINDS[materialized] : undefined;
	// What a materialization of the project's own makes aside must be a table.
	const kind = node.resource_type === "snapshot" || input.own !== null ? "table" : known;
	if (kind === undefined) {
		const suggestion = suggestName(materialized, AVAILABLE);
		return fail(
			"TFM-RUN-002",
			{ node: node.name, materialized, available: AVAILABLE, suggestion },
			{ at: node.location },
		);
	}
	const grants = grantsOf(node.config);
	const rows = input.own === null && bringsRows(input);
	return {
		node: node.unique_id,
		// A view of what the table will be; the build adds how the rows come in.
		kind: rows ? "view" : kind,
		candidate: input.own?.inPlace === true ? input.target : input.standsAt,
		target: input.target,
		publish: (node.config.publish ?? METHODS[input.publishMethod]) === "keep" ? "keep" : "swap",
		...(kind !== "table" && input.publishedSql !== null ? { finalSql: input.publishedSql } : {}),
		...(node.resource_type === "seed" && !input.fullRefresh ? { fitsTable: true } : {}),
		...(grants === undefined ? {} : { grants }),
		...(typeof node.config.publish_group === "string" ? { publishGroup: node.config.publish_group } : {}),
		...commentsOf(node),
	};
}
