/** Small projects for the executor's tests, written as data. Names are bare; ids are `model.p.<name>` and so on. */
import type { Layer, Layering } from "../../core/config.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { ExecutableNode, Hook, NodeId, ResourceType, SourceNode } from "../../core/node.ts";

export interface NodeSpec {
	readonly reads?: readonly string[];
	readonly layer?: string;
	readonly config?: Readonly<Record<string, unknown>>;
	/** Text that the fake compiler renders; by default `select from` its references. */
	readonly sql?: string;
}

export interface SourceSpec {
	readonly layer?: string;
	readonly load?: boolean;
	/** Thresholds, in hours: a warning after one, an error after ten. */
	readonly fresh?: boolean;
}

export interface ProjectSpec {
	readonly sources?: Readonly<Record<string, SourceSpec>>;
	readonly seeds?: Readonly<Record<string, NodeSpec>>;
	readonly models?: Readonly<Record<string, NodeSpec>>;
	readonly tests?: Readonly<Record<string, NodeSpec>>;
}

export const id = (type: ResourceType, name: string): NodeId => `${type}.p.${name}` as NodeId;

const hooks: readonly Hook[] = [];
const location = { file: "models/x.sql", line: 1, column: 1 };

function executable(type: "model" | "seed" | "test", name: string, spec: NodeSpec): ExecutableNode {
	const layer = spec.layer ?? null;
	return {
		unique_id: id(type, name),
		resource_type: type,
		name,
		package_name: "p",
		path: `${name}.sql`,
		original_file_path: `models/${name}.sql`,
		fqn: ["p", name],
		tags: [],
		description: "",
		meta: {},
		layer,
		location: { ...location, file: `models/${name}.sql` },
		database: "db",
		schema: layer ?? "main",
		alias: name,
		relation_name: type === "test" ? null : `"${layer ?? "main"}"."${name}"`,
		raw_code: spec.sql ?? "",
		language: "sql",
		checksum: { name: "none", checksum: "" },
		config: {
			enabled: true,
			materialized: type === "model" ? "table" : type,
			tags: [],
			meta: {},
			"pre-hook": hooks,
			"post-hook": hooks,
			...spec.config,
		},
		unrendered_config: {},
		columns: {},
		refs: [],
		sources: [],
		depends_on: { macros: [], nodes: [] },
		group: null,
		docs: { show: true, node_color: null },
		patch_path: null,
		code_line: 1,
		code_column: 1,
		constraints: [],
	} as unknown as ExecutableNode;
}

function source(name: string, spec: SourceSpec): SourceNode {
	return {
		unique_id: id("source", name),
		resource_type: "source",
		name,
		package_name: "p",
		path: "sources.yml",
		original_file_path: "models/sources.yml",
		layer: spec.layer ?? null,
		location,
		identifier: name,
		database: "db",
		schema: "raw",
		relation_name: `"raw"."${name}"`,
		columns: {},
		load: spec.load === true ? { files: "x" } : null,
		source_name: "raw",
		loaded_at_field: spec.fresh === true ? "at" : null,
		freshness:
			spec.fresh === true
				? { warn_after: { count: 1, period: "hour" }, error_after: { count: 10, period: "hour" } }
				: null,
	} as unknown as SourceNode;
}

export function project(spec: ProjectSpec): Manifest {
	const nodes = new Map<NodeId, ExecutableNode>();
	const sources = new Map<NodeId, SourceNode>();
	const named = new Map<string, NodeId>();
	const specs: [NodeId, NodeSpec][] = [];
	for (const [name, s] of Object.entries(spec.sources ?? {})) {
		sources.set(id("source", name), source(name, s));
		named.set(name, id("source", name));
	}
	for (const [type, group] of [
		["seed", spec.seeds],
		["model", spec.models],
		["test", spec.tests],
	] as const)
		for (const [name, s] of Object.entries(group ?? {})) {
			nodes.set(id(type, name), executable(type, name, s));
			if (type !== "test") named.set(name, id(type, name));
			specs.push([id(type, name), s]);
		}
	const parents = new Map<NodeId, NodeId[]>([...nodes.keys(), ...sources.keys()].map((n) => [n, []]));
	const children = new Map<NodeId, NodeId[]>([...nodes.keys(), ...sources.keys()].map((n) => [n, []]));
	for (const [node, s] of specs)
		for (const read of s.reads ?? []) {
			const parent = named.get(read);
			if (parent === undefined) throw new Error(`the test project has no "${read}"`);
			parents.get(node)!.push(parent);
			children.get(parent)!.push(node);
		}
	return {
		projectName: "p",
		nodes,
		sources,
		exposures: new Map(),
		metrics: new Map(),
		semanticModels: new Map(),
		savedQueries: new Map(),
		unitTests: new Map(),
		macros: new Map(),
		docs: new Map(),
		disabled: new Map(),
		parents,
		children,
		warnings: [],
	};
}

export function layering(
	names: readonly (string | Partial<Layer>)[],
	rest: Partial<Omit<Layering, "layers">> = {},
): Layering {
	return {
		layers: names.map((entry, index) => ({
			name: "",
			path: "",
			schema: "",
			database: null,
			gate: "error",
			contract: "optional",
			...(typeof entry === "string" ? { name: entry } : entry),
			index,
		})),
		gateScope: "lineage",
		publishScope: "layer",
		publishMethod: "swap",
		skipLayers: "allowed",
		...rest,
	};
}
