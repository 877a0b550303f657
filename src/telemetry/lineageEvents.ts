import type { RunEvent } from "../core/events.ts";
import { findNode, type Manifest } from "../core/manifest.ts";
import type { GraphNode, NodeId, TestNode } from "../core/node.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { rowsBrought } from "../core/rowsBrought.ts";
import { TFM_VERSION } from "../core/version.ts";
import type { LineageSettings } from "./lineageSettings.ts";
import { uuidOf } from "./traceContext.ts";

/** https://openlineage.io/spec/2-0-2/OpenLineage.json */
export interface LineageEvent {
	readonly eventType: "START" | "COMPLETE" | "FAIL" | "ABORT";
	readonly eventTime: string;
	readonly run: { readonly runId: string; readonly facets: object };
	readonly job: { readonly namespace: string; readonly name: string; readonly facets: object };
	readonly inputs: readonly object[];
	readonly outputs: readonly object[];
	readonly producer: string;
	readonly schemaURL: string;
}

const SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const FACETS = "https://openlineage.io/spec/facets";

export interface LineageFacts {
	readonly settings: LineageSettings;
	readonly manifest: Manifest;
	/** `postgres://host:5432`, as OpenLineage names a server. */
	readonly dataNamespace: string;
	/** A page about tfm, of this version. */
	readonly producer: string;
}

const FAILED: ReadonlySet<string> = new Set(["error", "runtime error", "partial success"]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type Started = Extract<RunEvent, { event: "run.started" }>;

/**
 * The events of a run as OpenLineage's: one parent run, and one run for each node that was started. A node's last event
 * comes when the run is over, for only then is it known whether what was built was published; its time is that of
 * the node's end. Each START is followed by exactly one COMPLETE, FAIL or ABORT, also when the run breaks off.
 */
export class LineageMaker {
	readonly #facts: LineageFacts;
	readonly #open = new Map<NodeId, { readonly started: string; ended: string | null }>();
	#run: Started | null = null;

	constructor(facts: LineageFacts) {
		this.#facts = facts;
	}

	receive(event: RunEvent): readonly LineageEvent[] {
		switch (event.event) {
			case "run.started":
				this.#run = event;
				return [this.#parent("START", event.ts, null)];
			case "node.started": {
				const node = findNode(this.#facts.manifest, event.node_id);
				if (this.#run === null || node === undefined || this.#open.has(event.node_id)) return [];
				this.#open.set(event.node_id, { started: event.ts, ended: null });
				return [this.#ofNode(node, "START", event.ts, null)];
			}
			case "node.finished":
			case "test.finished": {
				const open = this.#open.get(event.node_id);
				if (open !== undefined) open.ended = event.ts;
				return [];
			}
			case "run.finished":
				return this.#end(event.ts, event.run);
			default:
				return [];
		}
	}

	/** The run broke off without a word; nothing where it ended. */
	breakOff(at: string): readonly LineageEvent[] {
		return this.#run === null ? [] : this.#end(at, null);
	}

	#end(at: string, run: RunResult | null): readonly LineageEvent[] {
		if (this.#run === null) return [];
		const results = new Map(run?.results.map((result) => [result.unique_id, result]));
		const last = [...this.#open].flatMap(([id, { ended }]): LineageEvent[] => {
			const node = findNode(this.#facts.manifest, id);
			const result = results.get(id) ?? null;
			return node === undefined ? [] : [this.#ofNode(node, endOf(result), ended ?? at, result)];
		});
		const type = run === null ? "FAIL" : run.cancelled ? "ABORT" : run.exitCode === 0 ? "COMPLETE" : "FAIL";
		const parent = this.#parent(type, at, run);
		this.#open.clear();
		this.#run = null;
		return [...last, parent];
	}

	#facet(name: string, version: string, fields: object): object {
		return { _producer: this.#facts.producer, _schemaURL: `${FACETS}/${version}/${name}.json`, ...fields };
	}

	get #parentName(): string {
		return `${this.#run?.project}.${this.#run?.command}`;
	}

	get #parentId(): string {
		const id = this.#run?.run_id ?? "";
		return UUID.test(id) ? id : uuidOf(`run ${id}`);
	}

	#parent(eventType: LineageEvent["eventType"], eventTime: string, run: RunResult | null): LineageEvent {
		const { settings } = this.#facts;
		const failed = run?.results.filter((result) => FAILED.has(result.status) || result.status === "fail").length ?? 0;
		const message = run === null ? "the run broke off" : `${failed} failed`;
		const up = settings.parent;
		return this.#event({
			eventType,
			eventTime,
			run: {
				runId: this.#parentId,
				facets: {
					...this.#engine(),
					...(up === null ? {} : { parent: this.#parentFacet(up) }),
					...(eventType === "FAIL" ? { errorMessage: this.#error(message) } : {}),
				},
			},
			job: { namespace: settings.namespace, name: this.#parentName, facets: this.#jobType(this.#run?.command ?? "") },
			inputs: [],
			outputs: [],
		});
	}

	#engine(): object {
		const facet = this.#facet("ProcessingEngineRunFacet", "1-1-1", {
			name: "tfm",
			version: TFM_VERSION,
			openlineageAdapterVersion: TFM_VERSION,
		});
		return { processing_engine: facet };
	}

	#parentFacet({
		namespace,
		name,
		runId,
	}: {
		readonly namespace: string;
		readonly name: string;
		readonly runId: string;
	}): object {
		return this.#facet("ParentRunFacet", "1-0-1", { run: { runId }, job: { namespace, name } });
	}

	#jobType(kind: string): object {
		const facet = this.#facet("JobTypeJobFacet", "2-0-3", {
			processingType: "BATCH",
			integration: "TFM",
			jobType: kind.toUpperCase(),
		});
		return { jobType: facet };
	}

	#error(message: string): object {
		return this.#facet("ErrorMessageRunFacet", "1-0-1", { message, programmingLanguage: "SQL" });
	}

	#ofNode(
		node: GraphNode,
		eventType: LineageEvent["eventType"],
		eventTime: string,
		result: NodeResult | null,
	): LineageEvent {
		const { settings, manifest } = this.#facts;
		const up = { namespace: settings.namespace, name: this.#parentName, runId: this.#parentId };
		const sql = result?.compiled_code ?? null;
		const reads = "depends_on" in node ? node.depends_on.nodes : [];
		const inputs = reads.flatMap((id) => {
			const read = findNode(manifest, id);
			const dataset = read === undefined ? null : this.#dataset(read);
			if (dataset === null) return [];
			const asserted = node.resource_type === "test" && result !== null && !FAILED.has(result.status);
			return [asserted ? { ...dataset, inputFacets: this.#assertions(node, result) } : dataset];
		});
		const writes = eventType === "COMPLETE" && result?.published !== "held" ? this.#output(node, result) : null;
		return this.#event({
			eventType,
			eventTime,
			run: {
				runId: uuidOf(`${this.#parentId} ${node.unique_id}`),
				facets: {
					parent: this.#parentFacet(up),
					...(eventType === "FAIL" || (eventType === "ABORT" && result?.message != null)
						? { errorMessage: this.#error(result?.diagnostic?.message ?? result?.message ?? "the run broke off") }
						: {}),
				},
			},
			job: {
				namespace: settings.namespace,
				name: `${node.package_name}.${node.name}`,
				facets: {
					...this.#jobType(node.resource_type),
					...(sql === null ? {} : { sql: this.#facet("SQLJobFacet", "1-1-0", { query: sql, dialect: "postgres" }) }),
				},
			},
			inputs,
			outputs: writes === null ? [] : [writes],
		});
	}

	#output(node: GraphNode, result: NodeResult | null): object | null {
		if (node.resource_type === "test" || node.resource_type === "unit_test") return null;
		const dataset = this.#dataset(node);
		if (dataset === null) return null;
		const rows = result === null ? null : rowsBrought(result.adapter_response);
		if (rows === null) return dataset;
		const statistics = this.#facet("OutputStatisticsOutputDatasetFacet", "1-0-2", { rowCount: rows });
		return { ...dataset, outputFacets: { outputStatistics: statistics } };
	}

	/** A relation as OpenLineage names it: `database.schema.name` on its server. Null for what has none. */
	#dataset(node: GraphNode): object | null {
		if (!("database" in node) || !("schema" in node) || node.schema === null || node.resource_type === "test")
			return null;
		if ("config" in node && (node.config as { materialized?: string }).materialized === "ephemeral") return null;
		const name = node.resource_type === "source" ? node.identifier : node.alias;
		const { dataNamespace } = this.#facts;
		const columns = "columns" in node ? Object.values(node.columns) : [];
		const fields = columns.map((column) => ({
			name: column.name,
			...(column.data_type === null ? {} : { type: column.data_type }),
			...(column.description === "" ? {} : { description: column.description }),
		}));
		return {
			namespace: dataNamespace,
			name: `${node.database}.${node.schema}.${name}`,
			facets: {
				dataSource: this.#facet("DatasourceDatasetFacet", "1-0-1", { name: dataNamespace, uri: dataNamespace }),
				...(fields.length === 0 ? {} : { schema: this.#facet("SchemaDatasetFacet", "1-1-1", { fields }) }),
				...("description" in node && node.description
					? { documentation: this.#facet("DocumentationDatasetFacet", "1-0-1", { description: node.description }) }
					: {}),
			},
		};
	}

	#assertions(test: TestNode, { status }: NodeResult): object {
		const assertion = {
			assertion: test.test_metadata?.name ?? test.name,
			success: status === "pass",
			...(test.column_name === null ? {} : { column: test.column_name }),
		};
		const facet = this.#facet("DataQualityAssertionsDatasetFacet", "1-0-1", { assertions: [assertion] });
		return { dataQualityAssertions: facet };
	}

	#event(event: Omit<LineageEvent, "producer" | "schemaURL">): LineageEvent {
		return { ...event, producer: this.#facts.producer, schemaURL: SPEC };
	}
}

/** Built and not published is no success: readers have what they had. */
function endOf(result: NodeResult | null): "COMPLETE" | "FAIL" | "ABORT" {
	if (result === null) return "ABORT";
	if (FAILED.has(result.status)) return "FAIL";
	return result.status === "skipped" ? "ABORT" : "COMPLETE";
}
