/** Files under target/: what was compiled, what was executed, manifest.json, run_results.json. */
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { CompiledNode } from "../core/compiler.ts";
import { eventTimeIso } from "../core/eventTime.ts";
import type { Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import type { RunResult } from "../core/result.ts";
import { sqlPath } from "../core/sqlPath.ts";
import { inputsFirst } from "../graph/order.ts";
import { type CompiledFields, type ManifestMeta, toManifestJson } from "../manifest/manifestJson.ts";
import { toSemanticManifestJson } from "../manifest/semantic/semanticManifestJson.ts";
import { type CatalogMeta, toRunResultsJson, toSourcesJson } from "../report/report.ts";
import type { OpenProject } from "./openProject.ts";
import { checksumsOf, type RunNotes, runNotesPath, testIdsOf } from "./runNotes.ts";

/** Written whole or not at all: a reader, or a killed run, never leaves half a document. */
export function writeWhole(path: string, chunks: Iterable<string | Buffer>): void {
	mkdirSync(dirname(path), { recursive: true });
	const part = `${path}.part`;
	const file = openSync(part, "w");
	try {
		for (const chunk of chunks) writeSync(file, Buffer.from(chunk));
	} finally {
		closeSync(file);
	}
	renameSync(part, path);
}

/** What was compiled, for the nodes of manifest.json: their SQL with published names and the ephemeral models in it. */
export type CompiledSql = ReadonlyMap<NodeId, { readonly sql: string; readonly ctes: CompiledNode["ctes"] }>;

export const compiledBy = (run: RunResult): CompiledSql =>
	new Map(
		run.results.flatMap(({ unique_id: id, compiled_code: sql, extra_ctes: ctes = [] }) =>
			sql === null ? [] : [[id, { sql, ctes }]],
		),
	);

export const manifestPath = ({ config }: Pick<OpenProject, "config">): string =>
	join(config.targetDir, "manifest.json");

/** What manifest.json says beside the project itself. */
export const manifestMeta = (invocation: Invocation, project: OpenProject, compiled?: CompiledSql): ManifestMeta => ({
	generatedAt: invocation.clock().toISOString(),
	invocationId: project.runId,
	startedAt: project.startedAt.toISOString(),
	adapterType: project.engine.type,
	env: customEnv(invocation),
	quoting: { ...project.engine.dialect.defaultQuoting, ...project.config.project.quoting },
	compiled: compiledFields(project, compiled ?? new Map()),
});

/** For commands that write it once; those that compile begin a ManifestFile. */
export function writeManifest(invocation: Invocation, project: OpenProject): void {
	if (!invocation.flags.writeJson) return;
	writeWhole(manifestPath(project), toManifestJson(project.manifest, manifestMeta(invocation, project)));
	writeSemanticManifest(project);
}

/** Written with every manifest.json; nothing in it hangs on what is compiled. */
export function writeSemanticManifest({ config, manifest }: OpenProject): void {
	writeWhole(join(config.targetDir, "semantic_manifest.json"), [toSemanticManifestJson(manifest)]);
}

function compiledFields({ manifest, config }: OpenProject, compiled: CompiledSql): Map<NodeId, CompiledFields> {
	const target = relative(config.project.root, config.targetDir);
	const fields = new Map<NodeId, CompiledFields>();
	for (const [id, { sql, ctes }] of compiled) {
		const node = findNode(manifest, id);
		if (node === undefined) continue;
		const compiled_path = `${target}/${sqlPath("compiled", node)}`;
		fields.set(id, { compiled_code: sql, compiled_path, extra_ctes: ctes });
	}
	return fields;
}

export function writeRunResults(invocation: Invocation, project: OpenProject, run: RunResult): void {
	if (!invocation.flags.writeJson) return;
	const { flags } = invocation;
	const json = toRunResultsJson(run, {
		generatedAt: invocation.clock().toISOString(),
		invocationId: project.runId,
		invocationStartedAt: project.startedAt.toISOString(),
		env: customEnv(invocation),
		secrets: project.config.secrets,
		order: inputsFirst(project.graph),
		args: {
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
			vars: flags.vars ?? {},
			target: project.config.target.targetName,
			profile: project.config.target.profileName,
		},
	});
	writeWhole(join(project.config.targetDir, "run_results.json"), [json]);
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
	writeWhole(path ?? join(project.config.targetDir, "sources.json"), [json]);
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
	writeWhole(join(project.config.targetDir, "catalog.json"), [text(meta)]);
	return "catalog.json";
}

/** As dbt writes them, without a zone. */
const argTime = (at: Date | undefined): string | null => (at === undefined ? null : eventTimeIso(at).slice(0, 19));

function sampleArg({ facts }: OpenProject): { readonly start: string; readonly end: string } | null {
	const { sample } = facts.invocation;
	return sample === undefined ? null : { start: eventTimeIso(sample.start), end: eventTimeIso(sample.end) };
}

export function writeRunNotes(
	invocation: Invocation,
	project: OpenProject,
	run: Pick<RunNotes, "command" | "gates" | "results">,
): void {
	if (!invocation.flags.writeJson) return;
	const { manifest, runId } = project;
	const known = { checksums: checksumsOf(manifest, project.config.project.root), tests: testIdsOf(manifest) };
	const notes: RunNotes = { v: 1, invocation_id: runId, ...run, ...known };
	writeWhole(runNotesPath(project.config.targetDir), [`${JSON.stringify(notes)}\n`]);
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

export function writeSql(targetDir: string, path: string, sql: string): void {
	const full = join(targetDir, path);
	mkdirSync(dirname(full), { recursive: true });
	writeFileSync(full, sql);
}
