/** What of a node is another than in an earlier state, part by part as dbt compares it (spec 2.14). */
import type {
	ExecutableNode,
	ExposureNode,
	FunctionNode,
	GraphNode,
	MetricNode,
	ModelNode,
	Plain,
	SavedQueryNode,
	SeedNode,
	SemanticModelNode,
	SourceNode,
} from "../core/node.ts";
import { samePlain } from "../core/samePlain.ts";
import { type Change, differs, type Part } from "./change.ts";
import { compareConfigs, compareRelations } from "./compareConfigs.ts";
import { type ContractChange, type ContractState, compareContracts } from "./compareContracts.ts";
import { isRecord, type PlainRecord } from "./earlierManifest.ts";

export interface ComparisonFacts {
	readonly contractOf: (node: ExecutableNode) => ContractState;
	/** dbt's flag state_modified_compare_more_unrendered_values: sources are compared as their schema is written. */
	readonly asWritten: boolean;
	/** The keywords of a text's first `config()` as `unrendered_config` spells them; null where it has none. */
	readonly writtenConfig: (rawCode: string) => PlainRecord | null;
}

const recordOf = (value: unknown): PlainRecord => (isRecord(value) ? value : {});
const same = (before: PlainRecord, node: object, key: string): boolean =>
	samePlain(withoutNulls(before[key] ?? null), withoutNulls(Reflect.get(node, key) ?? null));

/** A field that an older version did not write is null in a newer one, also deep inside. */
function withoutNulls(value: Plain): Plain {
	if (Array.isArray(value)) return value.map(withoutNulls);
	if (!isRecord(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, inner]) => inner !== null)
			.map(([key, inner]) => [key, withoutNulls(inner)]),
	);
}

/** Jinja2's syntax tree as Python prints it, which stands in manifests of dbt where a value is not plainly written. */
const SYNTAX_TREE = /^[A-Z]\w*\(\w+=/;

/** As written before. Where dbt printed a syntax tree, the text of the node says what stood there. */
function wroteOf(before: PlainRecord, facts: ComparisonFacts): PlainRecord {
	const wrote = recordOf(before.unrendered_config);
	const printed = Object.values(wrote).some((value) => typeof value === "string" && SYNTAX_TREE.test(value));
	if (!printed || typeof before.raw_code !== "string") return wrote;
	return { ...wrote, ...facts.writtenConfig(before.raw_code) };
}

/** Changes of a node that was there before; its macros are compared elsewhere. */
export function compareNodes(before: PlainRecord, node: GraphNode, facts: ComparisonFacts): readonly Change[] {
	switch (node.resource_type) {
		case "function":
			return compareExecutables(before, node, facts);
		case "source":
			return compareSources(before, node, facts);
		case "exposure":
			return compareExposures(before, node);
		case "metric":
		case "semantic_model":
		case "saved_query":
			return compareSemantics(before, node);
		case "test":
			if (node.test_metadata !== null)
				return [
					...compareConfigs(wroteOf(before, facts), node.unrendered_config as PlainRecord, "test"),
					...compareFqn(before, node),
				];
			return compareExecutables(before, node, facts);
		case "model":
		case "seed":
		case "snapshot":
		case "analysis":
		case "operation":
			return compareExecutables(before, node, facts);
		default:
			return compareByChecksum(before, node);
	}
}

function compareExecutables(before: PlainRecord, node: ExecutableNode, facts: ComparisonFacts): readonly Change[] {
	const written = node.unrendered_config as PlainRecord;
	const wrote = wroteOf(before, facts);
	return [
		...compareBodies(before, node),
		...compareConfigs(wrote, written, node.resource_type === "test" ? "test" : "node"),
		...compareRelations(wrote, written),
		...comparePersisted(before, node),
		...compareFqn(before, node),
		...(node.resource_type === "function" ? compareSignatures(before, node) : []),
		...(node.resource_type === "model" ? compareModels(before, node, facts) : []),
	];
}

function compareBodies(before: PlainRecord, node: ExecutableNode): readonly Change[] {
	if (node.resource_type === "seed") return sameSeed(before, node) ? [] : [{ part: "body", says: "its rows changed" }];
	return same(before, node, "raw_code") ? [] : [{ part: "body", says: "its SQL changed" }];
}

/** Arguments, what is returned, and the other signatures with their bodies, whatever they are described as (dbt). */
function compareSignatures(before: PlainRecord, node: FunctionNode): readonly Change[] {
	const part = "property";
	const signed = (list: unknown): Plain =>
		(Array.isArray(list) ? list : [])
			.map(recordOf)
			.map(({ defined_in = null, arguments: given = null, returns = null, raw_body = null }) => [
				defined_in,
				given,
				returns,
				raw_body,
			]);
	return [
		...(same(before, node, "arguments") ? [] : [{ part, says: "its arguments changed" } as const]),
		...(same(before, node, "returns") ? [] : [{ part, says: "what it returns changed" } as const]),
		...(samePlain(withoutNulls(signed(before.overloads)), withoutNulls(signed(node.overloads)))
			? []
			: [{ part, says: "its overloads changed" } as const]),
	];
}

/** By the hash of its rows, or for large files by the path alone. */
const sameSeed = (before: PlainRecord, node: SeedNode): boolean => samePlain(before.checksum, node.checksum);

function compareFqn(before: PlainRecord, node: GraphNode): readonly Change[] {
	if (same(before, node, "fqn")) return [];
	const path = (fqn: Plain | undefined | readonly string[]): string => (Array.isArray(fqn) ? fqn.join(".") : "");
	return [{ part: "fqn", says: differs("it moved", path(before.fqn), path(node.fqn)) }];
}

/** Descriptions count where they are written into the database. */
function comparePersisted(before: PlainRecord, node: ExecutableNode): readonly Change[] {
	const persist = recordOf(node.config.persist_docs);
	const changes: Change[] = [];
	const say = (says: string) => changes.push({ part: "persisted_descriptions", says });
	if (persist.relation && !same(before, node, "description")) say("its persisted description changed");
	if (persist.columns) {
		const old = recordOf(before.columns);
		const names = [...new Set([...Object.keys(old), ...Object.keys(node.columns)])].sort();
		for (const name of names) {
			const was = Object.hasOwn(old, name) ? (recordOf(old[name]).description ?? "") : undefined;
			if (was !== node.columns[name]?.description) say(`the persisted description of column ${name} changed`);
		}
	}
	return changes;
}

function compareModels(before: PlainRecord, node: ModelNode, facts: ComparisonFacts): readonly Change[] {
	const changes: Change[] = [];
	const contract = contractChange(before, node, facts);
	if (contract.kind === "changed") {
		const says =
			contract.breaking.length === 0 ? "its contract changed" : `its contract broke: ${contract.breaking.join("; ")}`;
		changes.push({ part: "contract", says });
	}
	for (const key of ["latest_version", "access", "deprecation_date"] as const)
		if (!same(before, node, key) && !(key === "deprecation_date" && sameMoment(before[key], node[key])))
			changes.push({ part: "reference", says: differs(key.replace("_", " "), before[key], node[key]) });
	return changes;
}

/** Versions of dbt write a date with a blank or with a T. */
const sameMoment = (before: Plain | undefined, now: Plain): boolean =>
	typeof before === "string" && typeof now === "string" && before.replace(" ", "T") === now.replace(" ", "T");

export const contractChange = (before: PlainRecord, node: ModelNode, facts: ComparisonFacts): ContractChange =>
	compareContracts(before, node, facts.contractOf(node));

/** A change of tags or descriptions is none; of the configuration everything counts. */
function compareSources(before: PlainRecord, node: SourceNode, facts: ComparisonFacts): readonly Change[] {
	const changes: Change[] = [];
	const compare = (part: Part, ...keys: readonly (keyof SourceNode)[]): void => {
		for (const key of keys)
			if (!same(before, node, key))
				changes.push({ part, says: differs(String(key), before[key as string], node[key]) });
	};
	if (facts.asWritten) compare("relation", "unrendered_database", "unrendered_schema", "identifier");
	else compare("relation", "database", "schema", "identifier");
	changes.push(...compareFqn(before, node));
	changes.push(
		...compareConfigs(recordOf(before.unrendered_config), (node.unrendered_config ?? {}) as PlainRecord, "all"),
	);
	compare("property", "quoting", "freshness", "loaded_at_field", "external");
	return changes;
}

function compareExposures(before: PlainRecord, node: ExposureNode): readonly Change[] {
	const changes: Change[] = [...compareFqn(before, node)];
	for (const key of ["type", "maturity", "url", "description", "label"] as const)
		if (!same(before, node, key)) changes.push({ part: "property", says: differs(key, before[key], node[key]) });
	if (!same(before, node, "owner"))
		changes.push({ part: "property", says: differs("owner", before.owner, node.owner) });
	const inputs = (depends: unknown): readonly string[] => {
		const { nodes } = recordOf(depends);
		return Array.isArray(nodes) ? [...new Set(nodes.map(String))].sort() : [];
	};
	if (!samePlain(inputs(before.depends_on), inputs(node.depends_on)))
		changes.push({ part: "property", says: "what it reads changed" });
	changes.push(
		...compareConfigs(recordOf(before.unrendered_config), (node.unrendered_config ?? {}) as PlainRecord, "all"),
	);
	return changes;
}

/** What counts of each kind (dbt): of a metric neither its inputs nor its filter. */
const SEMANTIC_KEYS = {
	metric: ["type", "description", "label"],
	semantic_model: [
		"model",
		"description",
		"defaults",
		"entities",
		"dimensions",
		"measures",
		"primary_entity",
		"group",
		"config",
	],
	saved_query: ["query_params", "description", "label", "exports", "tags", "group", "config"],
} as const;

function compareSemantics(
	before: PlainRecord,
	node: MetricNode | SemanticModelNode | SavedQueryNode,
): readonly Change[] {
	const changes = SEMANTIC_KEYS[node.resource_type].flatMap((key): readonly Change[] => {
		if (same(before, node, key)) return [];
		return [{ part: key === "config" ? "configs" : "property", says: `its ${key.replaceAll("_", " ")} changed` }];
	});
	if (node.resource_type !== "metric") return changes;
	const written = node.unrendered_config as PlainRecord;
	return [...changes, ...compareConfigs(recordOf(before.unrendered_config), written, "all")];
}

/** Kinds that carry a checksum of all that they are: unit tests. */
function compareByChecksum(before: PlainRecord, node: GraphNode): readonly Change[] {
	return same(before, node, "checksum") ? [] : [{ part: "property", says: "its definition changed" }];
}
