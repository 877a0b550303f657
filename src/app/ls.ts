import { diagnostic, fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, type Plain, type ResourceType, versionedName } from "../core/node.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import type { SelectionResult } from "../graph/selectNodes.ts";
import { fromPlain, toJson } from "../jinja/jinja.ts";
import { createNodeWriters } from "../manifest/nodeJson.ts";
import { writeGraphSummary, writeManifest } from "./artifacts.ts";
import { openEvents } from "./commandEvents.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { selectIds } from "./selectFor.ts";

/** Fields of `--output json` as dbt chooses and orders them; in a layered project `layer` comes after them. */
const KEYS = [
	"name",
	"resource_type",
	"package_name",
	"original_file_path",
	"unique_id",
	"source_name",
	"alias",
	"config",
	"tags",
	"depends_on",
	"direct_parents",
];

/** What dbt lists: analyses only with `--resource-type analysis` or `all`. */
const LISTED: readonly ResourceType[] = [
	"model",
	"snapshot",
	"seed",
	"test",
	"source",
	"exposure",
	"metric",
	"saved_query",
	"semantic_model",
	"unit_test",
	"function",
];
const KINDS = { all: [...LISTED, "analysis"], default: LISTED } as const;

/**
 * `tfm ls`: what a selection picks, one a line: as selector, name, path or JSON. Nothing selected is no failure. With
 * `--log-format json` or `events` a line is a message among the others, so that stdout is JSON throughout.
 */
export async function listNodes(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	writeManifest(invocation, project);
	writeGraphSummary(invocation, project);
	const { ids, warnings } = selectListed(invocation, project);
	const { flags, output } = invocation;
	const events = openEvents(invocation, project);
	for (const remark of warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
	const form = String(flags.extra.output ?? "selector").toLowerCase();
	const writeLine = lineWriter(form, project, outputKeys(flags.extra.outputKeys, project));
	for (const id of ids) {
		const node = findNode(project.manifest, id);
		if (node === undefined) throw new Error(`${id} is selected and is not in the manifest`);
		const text = writeLine(node);
		const asEvent = output.logFormat === "events" && form !== "json";
		if (asEvent || output.logFormat === "json") events({ event: "message", text, node_id: id, print: true });
		else invocation.stdout.write(`${text}\n`);
	}
	events.close();
	return 0;
}

/** What `tfm ls` lists, and what it remarks on. */
export function selectListed(invocation: Invocation, project: OpenProject): SelectionResult {
	const chosen = selectIds(modelsOnly(invocation), project, KINDS);
	if (chosen.ids.length > 0 || chosen.warnings.length > 0) return chosen;
	const warnings = [diagnostic("TFM-SELECT-013", {}, { severity: "warning" })];
	return { ids: [], warnings: judgeWarnings(warnings, invocation.flags) };
}

/** `ls --models x` of dbt: models only, and neither --select nor --resource-type beside it (TFM-SELECT-015). */
function modelsOnly(invocation: Invocation): Invocation {
	const { flags } = invocation;
	const models = textsOf(flags.extra.models);
	if (models.length === 0) return invocation;
	if (flags.select.length > 0) fail("TFM-SELECT-015", { second: "--select" });
	if (flags.resourceTypes.length > 0) fail("TFM-SELECT-015", { second: "--resource-type" });
	return { ...invocation, flags: { ...flags, select: models, resourceTypes: ["model"] } };
}

const textsOf = (value: Plain | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

function outputKeys(given: Plain | undefined, { config }: OpenProject): readonly string[] {
	const keys = textsOf(given).flatMap((names) => names.split(/[\s,]+/).filter((name) => name !== ""));
	if (keys.length > 0) return keys;
	return config.project.layering === null ? KEYS : [...KEYS, "layer"];
}

function lineWriter(form: string, project: OpenProject, keys: readonly string[]): (node: GraphNode) => string {
	switch (form) {
		case "name":
			return nameOf;
		case "path":
			return (node) => node.original_file_path;
		case "json":
			return jsonWriter(project, keys);
		default:
			return selectorOf;
	}
}

/** A node as manifest.json has it, less what is not asked for; also `layer`, and dbt's `direct_parents` of models. */
function jsonWriter(project: OpenProject, keys: readonly string[]): (node: GraphNode) => string {
	const created = project.startedAt.getTime() / 1000;
	const writers = createNodeWriters({ created, work: new Map() });
	return (node) => {
		const whole = {
			...(JSON.parse(writers.node(node)) as object),
			...(node.resource_type === "model" ? { direct_parents: node.depends_on.nodes } : {}),
			layer: node.layer,
		};
		const fields = keys.flatMap((key) => {
			const value = valueAt(whole, key);
			// dbt leaves out an inner field that is null, and shows an outer one.
			return value === undefined || (value === null && key.includes(".")) ? [] : [[key, value]];
		});
		// With Python's blanks, as dbt prints it.
		return toJson(fromPlain(Object.fromEntries(fields) as Plain));
	};
}

function nameOf(node: GraphNode): string {
	if (node.resource_type === "source") return `${node.source_name}.${node.name}`;
	return node.resource_type === "model" && node.version !== null ? `${node.name}.v${node.version}` : node.name;
}

/** A field, or with dots one inside it (`config.materialized`), as dbt's --output-keys takes them. */
function valueAt(whole: object, key: string): unknown {
	let value: unknown = whole;
	for (const step of key.split(".")) {
		if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
		value = Reflect.get(value, step);
	}
	return value;
}

const NAMED_WITH_KIND: ReadonlySet<string> = new Set(["exposure", "metric", "semantic_model", "saved_query"]);

function selectorOf(node: GraphNode): string {
	if (node.resource_type === "source") return `source:${node.package_name}.${node.source_name}.${node.name}`;
	if (NAMED_WITH_KIND.has(node.resource_type)) return `${node.resource_type}:${node.package_name}.${node.name}`;
	if (node.resource_type === "unit_test") return `unit_test:${node.package_name}.${versionedName(node)}`;
	return node.fqn.join(".");
}
