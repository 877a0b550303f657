/** Files under target/: what was compiled, what was executed, manifest.json, run_results.json. */
import { hash } from "node:crypto";
import { join, relative } from "node:path";
import { compiledEphemerals } from "../compile/injectCtes.ts";
import { createReferences, flagOf } from "../context/context.ts";
import { boundConstraints } from "../core/boundConstraints.ts";
import type { CompiledNode } from "../core/compiler.ts";
import { eventTimeIso } from "../core/eventTime.ts";
import type { Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import type { ModelNode, NodeId } from "../core/node.ts";
import { isSourceCall } from "../core/referenceText.ts";
import type { RunResult } from "../core/result.ts";
import { sqlPath } from "../core/sqlPath.ts";
import { inputsFirst } from "../graph/order.ts";
import { graphSummaryHead, toGraphSummaryJson } from "../manifest/graphSummaryJson.ts";
import { type ManifestMeta, manifestPieces, type NodeWork } from "../manifest/manifestJson.ts";
import { toSemanticManifestJson } from "../manifest/semantic/semanticManifestJson.ts";
import { type CatalogMeta, toRunResultsJson, toSourcesJson } from "../report/report.ts";
import { ENCODED, encoded } from "./encodedTexts.ts";
import { writeGraphSummaryKept } from "./keptGraphSummary.ts";
import {
	besideStands,
	type KeptDocument,
	manifestStands,
	type Works,
	type WrittenOf,
	writeKept,
} from "./keptManifest.ts";
import type { OpenProject } from "./openProject.ts";
import { tellArtifact } from "./tellArtifact.ts";
import { writeIfOther } from "./writeIfOther.ts";
import { writeWhole } from "./writeWhole.ts";

/** What a command did with a node: its SQL with published names and the ephemeral models in it, and whether it was run. */
export interface DoneNode extends Pick<CompiledNode, "id" | "ctes" | "macros" | "overloads"> {
	/** Null: it has none, or was not compiled. */
	readonly sql: string | null;
	readonly ran: boolean;
	/** False where the node was compiled and nothing more; absent: it was part of a run. */
	readonly inRun?: false;
	/** Of a test: where its rows are kept; absent or null: nowhere, or as the manifest says. */
	readonly relation?: string | null;
}

export const doneBy = (run: RunResult): readonly DoneNode[] =>
	run.results.map((result) => ({
		id: result.unique_id,
		sql: result.compiled_code,
		ctes: result.extra_ctes ?? [],
		macros: result.macros ?? [],
		...(result.overloads === undefined ? {} : { overloads: result.overloads }),
		ran: result.executed_code !== null,
		relation: result.relation_name,
	}));

export const manifestPath = ({ config }: Pick<OpenProject, "config">): string =>
	join(config.targetDir, "manifest.json");

/** What manifest.json says beside the project itself. */
export const manifestMeta = (
	invocation: Invocation,
	project: OpenProject,
	done: readonly DoneNode[] = [],
): ManifestMeta => ({
	generatedAt: invocation.clock().toISOString(),
	invocationId: project.runId,
	startedAt: project.startedAt.toISOString(),
	adapterType: project.engine.type,
	env: customEnv(invocation),
	quoting: { ...project.engine.dialect.defaultQuoting, ...project.config.project.quoting },
	selectors: project.config.selectors?.entries ?? [],
	work: workOn(project, done),
});

/** What was done with nodes, in a form that can be compared with that of another command. */
export const worksOf = ({ work }: ManifestMeta): Works =>
	new Map([...(work ?? [])].map(([id, done]) => [id, hash("sha1", JSON.stringify(done), "base64")]));

export const manifestDocument = (project: Pick<OpenProject, "config">): KeptDocument => ({
	path: manifestPath(project),
	beside: semanticManifestPath(project),
	targetDir: project.config.targetDir,
});

/** What a manifest.json of this project is written of; null: nobody knows. */
export function writtenOf({ known }: Pick<OpenProject, "known">, meta: ManifestMeta): WrittenOf | null {
	const { generatedAt, invocationId, startedAt, work, ...lasting } = meta;
	return known === null ? null : { ...known, lasting: JSON.stringify(lasting) };
}

/**
 * For commands that write it once; those that compile begin a ManifestFile. One that was written of this very reading
 * stands, with the time and the invocation_id that it was written with; dbt writes the same once more with others.
 */
export function writeManifest(invocation: Invocation, project: OpenProject): void {
	if (!invocation.flags.writeJson) return;
	const meta = manifestMeta(invocation, project);
	const of = writtenOf(project, meta);
	const document = manifestDocument(project);
	if (of !== null && manifestStands(document, of)) return;
	if (of === null || !besideStands(document, of)) writeSemanticManifest(invocation, project);
	writeKept(document, manifestPieces(project.manifest, meta), of);
	tellArtifact(invocation, "WritableManifest", document.path);
}

const semanticManifestPath = ({ config }: Pick<OpenProject, "config">): string =>
	join(config.targetDir, "semantic_manifest.json");

/** Written with every manifest.json; nothing in it hangs on what is compiled. */
export function writeSemanticManifest(invocation: Invocation, project: OpenProject): void {
	const path = semanticManifestPath(project);
	writeWhole(path, [toSemanticManifestJson(project.manifest)]);
	tellArtifact(invocation, "SemanticManifest", path);
}

/** Of commands that work on the graph, as dbt writes it: for whoever looks into the graph's shape. */
export function writeGraphSummary({ command, flags }: Invocation, project: OpenProject): void {
	if (!flags.writeJson) return;
	const { manifest, runId, known } = project;
	const { targetDir } = project.config;
	const meta = { invocationId: runId, withTestEdges: command === "build" };
	const text = () => toGraphSummaryJson(manifest, meta);
	const path = join(targetDir, "graph_summary.json");
	writeGraphSummaryKept(
		{ path, targetDir, head: graphSummaryHead(meta), text, withTestEdges: meta.withTestEdges },
		known,
	);
}

/** What dbt's own materialization of tests calls in each of them. */
const CALLED_BY_TESTS = ["get_limit_subquery_sql", "should_store_failures", "statement"];

/** Foreign keys of compiled models with the published relations that they refer to, under --defer the other environment's. */
function foreignKeys({ manifest, facts }: Pick<OpenProject, "manifest" | "facts">) {
	let references: ReturnType<typeof createReferences> | undefined;
	return (node: ModelNode) =>
		boundConstraints(node, (call) => {
			references ??= createReferences(manifest, {
				rootPackage: manifest.projectName,
				ownPackageFirst: flagOf(facts.invocation, "REQUIRE_REF_SEARCHES_NODE_PACKAGE_BEFORE_ROOT") === true,
			});
			const found = isSourceCall(call)
				? references.source(...call, node.package_name)
				: references.ref(call, node.package_name);
			if (found.kind !== "found") return "";
			const { unique_id: id, relation_name, name } = found.node;
			const other = facts.deferral?.reads.has(id) === true ? facts.deferral.relations.get(id)?.relation_name : null;
			return other ?? relation_name ?? name;
		});
}

/** Of a hook that was run dbt keeps the position among all that ran, from 1, in place of that among its package's. */
function hookPositions(done: readonly DoneNode[]): ReadonlyMap<NodeId, number> {
	const places = new Map<NodeId, number>();
	for (const phase of ["start", "end"]) {
		const hooks = done.filter(
			({ id, inRun }) => inRun !== false && id.startsWith("operation.") && id.includes(`-on-run-${phase}-`),
		);
		for (const [i, { id }] of hooks.entries()) places.set(id, i + 1);
	}
	return places;
}

function workOn({ manifest, config, facts }: OpenProject, done: readonly DoneNode[]): Map<NodeId, NodeWork> {
	const target = relative(config.project.root, config.targetDir);
	const work = new Map<NodeId, NodeWork>();
	const keysOf = foreignKeys({ manifest, facts });
	const add = ({ id, sql, ctes, macros, overloads = [], ran, relation }: DoneNode): void => {
		const node = findNode(manifest, id);
		if (node === undefined) return;
		const called =
			ran && node.resource_type === "test"
				? CALLED_BY_TESTS.flatMap((name) => facts.registry.find(name, node.package_name)?.node.unique_id ?? [])
				: [];
		work.set(id, {
			// dbt writes no file of nothing, and names none.
			compiled:
				sql === null
					? null
					: { code: sql, path: sql === "" ? null : `${target}/${sqlPath("compiled", node)}`, ctes, overloads },
			build_path: ran && node.resource_type !== "operation" ? `${target}/${sqlPath("run", node)}` : null,
			macros: [...macros, ...called],
			...(sql !== null && node.resource_type === "model" ? keysOf(node) : {}),
			...(node.resource_type === "test" && relation != null ? { relation_name: relation } : {}),
		});
	};
	for (const node of done) add(node);
	for (const [id, index] of hookPositions(done)) {
		const known = work.get(id);
		if (known !== undefined) work.set(id, { ...known, index });
	}
	// dbt compiles an ephemeral model for whoever reads it, and keeps what came out.
	for (const { ctes } of done)
		for (const model of ctes.length === 0 ? [] : compiledEphemerals(ctes))
			if (!work.has(model.id)) add({ ...model, ran: false });
	return work;
}

export function writeRunResults(invocation: Invocation, project: OpenProject, run: RunResult): void {
	if (!invocation.flags.writeJson) return;
	const texts = toRunResultsJson(run, {
		generatedAt: invocation.clock().toISOString(),
		invocationId: project.runId,
		invocationStartedAt: project.startedAt.toISOString(),
		env: customEnv(invocation),
		secrets: project.config.secrets,
		// The order of all nodes is asked only where there is something to order.
		order: run.results.length < 2 ? [] : inputsFirst(project.graph),
		args: runArgs(invocation, project),
	});
	const path = join(project.config.targetDir, "run_results.json");
	writeWhole(path, encoded(texts, Buffer.allocUnsafeSlow(ENCODED)));
	tellArtifact(invocation, "RunExecutionResult", path);
}

/** How the command was called, by dbt's names: `tfm retry` takes it over (takeOver.ts). What was not given is left out. */
export function runArgs(invocation: Invocation, project: OpenProject): Readonly<Record<string, unknown>> {
	const { flags } = invocation;
	const { macro, args, sql } = flags.extra;
	const given = Object.entries({
		state: flags.state,
		store_failures: flags.storeFailures,
		threads: flags.threads,
		...(invocation.command === "run-operation" ? { macro, args, sql } : {}),
	}).filter(([, value]) => value !== undefined);
	return {
		which: invocation.command,
		invocation_command: invocation.commandLine,
		select: flags.select,
		exclude: flags.exclude,
		layers: flags.layers,
		full_refresh: flags.fullRefresh,
		empty: flags.empty,
		event_time_start: argTime(flags.eventTime?.start),
		event_time_end: argTime(flags.eventTime?.end),
		sample: sampleArg(project),
		fail_fast: flags.failFast,
		gates: flags.gates,
		defer: flags.defer,
		favor_state: flags.favorState,
		vars: flags.vars ?? {},
		target: project.config.target.targetName,
		profile: project.config.target.profileName,
		...Object.fromEntries(given),
	};
}

/** sources.json, which is what the command is for: written also with --no-write-json. Returns its text. */
export function writeSources(
	invocation: Invocation,
	project: OpenProject,
	run: RunResult,
	path: string | null,
): string {
	const json = toSourcesJson(run, {
		generatedAt: invocation.clock().toISOString(),
		invocationId: project.runId,
		invocationStartedAt: project.startedAt.toISOString(),
		env: customEnv(invocation),
	});
	const file = path ?? join(project.config.targetDir, "sources.json");
	writeWhole(file, [json]);
	tellArtifact(invocation, "FreshnessResult", file);
	return json;
}

/** catalog.json, which is what the command is for: written also with --no-write-json, as dbt does. */
export function writeCatalog(
	invocation: Invocation,
	project: OpenProject,
	text: (meta: CatalogMeta) => string,
): string {
	const meta = {
		generatedAt: invocation.clock().toISOString(),
		invocationId: project.runId,
		invocationStartedAt: project.startedAt.toISOString(),
		env: customEnv(invocation),
	};
	const path = join(project.config.targetDir, "catalog.json");
	writeWhole(path, [text(meta)]);
	tellArtifact(invocation, "CatalogArtifact", path);
	return "catalog.json";
}

/** As dbt writes them, without a zone. */
const argTime = (at: Date | undefined): string | null => (at === undefined ? null : eventTimeIso(at).slice(0, 19));

function sampleArg({ facts }: OpenProject): { readonly start: string; readonly end: string } | null {
	const { sample } = facts.invocation;
	return sample === undefined ? null : { start: eventTimeIso(sample.start), end: eventTimeIso(sample.end) };
}

/** dbt's `DBT_ENV_CUSTOM_ENV_X`, by X. */
const customEnv = (invocation: Invocation): Record<string, string> =>
	Object.fromEntries(
		Object.entries(invocation.env).flatMap(([name, value]) =>
			name.startsWith("DBT_ENV_CUSTOM_ENV_") && value !== undefined
				? [[name.slice("DBT_ENV_CUSTOM_ENV_".length), value]]
				: [],
		),
	);

/** The texts of hooks that were run, under compiled/. */
export function writeHooks({ manifest, config }: OpenProject, run: RunResult): void {
	for (const { unique_id: id, resource_type: type, compiled_code: sql } of run.results) {
		const node = type === "operation" && sql !== null ? findNode(manifest, id) : undefined;
		if (node !== undefined) writeSql(config.targetDir, sqlPath("compiled", node), sql ?? "");
	}
}

/** A node's compiled SQL under target/compiled. */
export function writeCompiled(
	{ manifest, config }: Pick<OpenProject, "manifest" | "config">,
	id: NodeId,
	sql: string,
): void {
	const node = manifest.nodes.get(id);
	if (node !== undefined) writeSql(config.targetDir, sqlPath("compiled", node), sql);
}

/** A file of SQL under target/. */
export function writeSql(targetDir: string, path: string, sql: string): void {
	writeIfOther(join(targetDir, path), sql);
}
