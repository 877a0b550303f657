/** A manifest of a few nodes for tests, and a journal answered by a function. */

import { type TestProject, testFacts } from "../../context/testing/testProject.ts";
import type { Binding, CompiledNode, CompileOutcome, RenderOutcome } from "../../core/compiler.ts";
import type { Manifest } from "../../core/manifest.ts";
import type {
	ExecutableNode,
	GraphNode,
	ModelNode,
	NodeId,
	SourceNode,
	TestMetadata,
	TestNode,
} from "../../core/node.ts";
import { nodeId } from "../../core/node.ts";
import type { DbAnswer, DbRequest, Journal, JournalEntry } from "../../core/request.ts";
import type { ResultColumn } from "../../core/resultTable.ts";
import { type Compiler, createCompiler } from "../compiler.ts";

export interface TestModel {
	readonly name: string;
	readonly sql: string;
	readonly packageName?: string;
	readonly config?: Readonly<Record<string, unknown>>;
	readonly alias?: string;
	/** Names of models and sources (`raw.t`) that parsing found. */
	readonly reads?: readonly string[];
	readonly version?: number;
	readonly latest?: number;
	readonly columns?: ModelNode["columns"];
	readonly test?: TestMetadata;
}

const idOf = (model: TestModel): NodeId => {
	const version = model.version === undefined ? "" : `.v${model.version}`;
	return nodeId(`${model.test ? "test" : "model"}.${model.packageName ?? "shop"}.${model.name}${version}`);
};

function nodeOf(model: TestModel): ModelNode | TestNode {
	const packageName = model.packageName ?? "shop";
	const alias = model.alias ?? (model.version === undefined ? model.name : `${model.name}_v${model.version}`);
	const nodes = (model.reads ?? []).map((name) =>
		name.startsWith("model.") ? nodeId(name) : nodeId(`${name.includes(".") ? "source" : "model"}.shop.${name}`),
	);
	const common = {
		unique_id: idOf(model),
		name: model.name,
		package_name: packageName,
		path: `${model.name}.sql`,
		original_file_path: `models/${model.name}.sql`,
		fqn: [packageName, model.name],
		tags: [],
		description: "",
		meta: {},
		layer: null,
		location: { file: `models/${model.name}.sql`, line: 1, column: 1 },
		database: "db",
		schema: "dev",
		alias,
		relation_name: `"db"."dev"."${alias}"`,
		raw_code: model.sql,
		language: "sql" as const,
		checksum: { name: "sha256", checksum: "" },
		config: {
			enabled: true,
			materialized: model.test ? "test" : "view",
			tags: [],
			meta: {},
			"pre-hook": [],
			"post-hook": [],
			...model.config,
		},
		unrendered_config: {},
		columns: model.columns ?? {},
		refs: [],
		sources: [],
		depends_on: { macros: [], nodes },
		group: null,
		docs: { show: true, node_color: null },
		patch_path: null,
		code_line: 1,
		code_column: 1,
	};
	if (model.test)
		return {
			...common,
			resource_type: "test",
			test_metadata: model.test,
			column_name: null,
			attached_node: null,
			file_key_name: null,
		};
	return {
		...common,
		resource_type: "model",
		version: model.version ?? null,
		latest_version: model.latest ?? null,
		access: "protected",
		constraints: [],
		deprecation_date: null,
		primary_key: [],
	};
}

function sourceOf(name: string): SourceNode {
	const [source = "", table = ""] = name.split(".");
	return {
		resource_type: "source",
		unique_id: nodeId(`source.shop.${name}`),
		name: table,
		source_name: source,
		package_name: "shop",
		path: "s.yml",
		original_file_path: "models/s.yml",
		fqn: ["shop", source, table],
		tags: [],
		description: "",
		source_description: "",
		meta: {},
		layer: null,
		location: { file: "models/s.yml", line: 1, column: 1 },
		loader: "",
		identifier: table,
		database: "db",
		schema: source,
		relation_name: "",
		config: { enabled: true },
		columns: {},
		quoting: {},
		loaded_at_field: null,
		freshness: null,
		patch_path: null,
		load: null,
	};
}

export interface TestWorld extends TestProject {
	readonly models: readonly TestModel[];
	readonly sources?: readonly string[];
	readonly disabled?: readonly TestModel[];
}

export function testManifest(world: TestWorld): Manifest {
	const nodes = new Map<NodeId, ExecutableNode>(world.models.map((model) => [idOf(model), nodeOf(model)]));
	const sources = new Map((world.sources ?? []).map((name) => [nodeId(`source.shop.${name}`), sourceOf(name)]));
	const disabled = new Map<string, readonly GraphNode[]>((world.disabled ?? []).map((m) => [idOf(m), [nodeOf(m)]]));
	return {
		projectName: "shop",
		nodes,
		sources,
		exposures: new Map(),
		metrics: new Map(),
		semanticModels: new Map(),
		savedQueries: new Map(),
		unitTests: new Map(),
		macros: new Map(),
		docs: new Map(),
		disabled,
		parents: new Map(),
		children: new Map(),
		warnings: [],
	};
}

export function testCompiler(world: TestWorld): Compiler {
	return createCompiler({ manifest: testManifest(world), ...testFacts(world) });
}

class MemoryJournal implements Journal {
	readonly entries: JournalEntry[] = [];

	append(entry: JournalEntry): void {
		this.entries.push(entry);
	}
}

export const PUBLISHED: Binding = { relationOf: () => undefined };

/** Answers as the executor does, until the outcome is no question; `asked` collects the questions. */
export function drive<T extends CompileOutcome | RenderOutcome>(
	step: (journal: Journal) => T,
	answer: (request: DbRequest) => DbAnswer,
	asked: DbRequest[] = [],
): Exclude<T, { kind: "suspended" }> {
	const journal = new MemoryJournal();
	for (let pass = 0; pass < 1000; pass++) {
		const outcome = step(journal);
		if (outcome.kind !== "suspended") return outcome as Exclude<T, { kind: "suspended" }>;
		asked.push(outcome.request);
		journal.append({ kind: "exchange", request: outcome.request, answer: answer(outcome.request) });
	}
	throw new Error("a thousand passes and no end");
}

export function refuse(request: DbRequest): never {
	throw new Error(`nothing should be asked, but ${JSON.stringify(request)} was`);
}

export function compile(
	world: TestWorld,
	name: string,
	answer: (request: DbRequest) => DbAnswer = refuse,
	binding: Binding = PUBLISHED,
): CompiledNode {
	const compiler = testCompiler(world);
	const id = nodeId(name.includes(".") ? name : `model.shop.${name}`);
	return drive((journal) => compiler.compileNode(id, journal, binding), answer).compiled;
}

/** A table answer out of `name:family` headings. */
export function tableAnswer(
	headings: readonly string[],
	rows: readonly (readonly (string | number | boolean | null)[])[],
): DbAnswer {
	const columns = headings.map((heading) => {
		const [name = "", family = "text"] = heading.split(":");
		return { name, type: family, family: family as ResultColumn["family"] };
	});
	return { kind: "table", table: { columns, rows, rowCount: rows.length, status: `SELECT ${rows.length}` } };
}
