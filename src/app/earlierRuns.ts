/** The artifacts of an earlier run: read from the folder of --state when something asks for them, each file once. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { flagOf } from "../context/context.ts";
import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import { suggestName } from "../core/suggestName.ts";
import type { EarlierRuns, NodeTest } from "../graph/methods.ts";
import { compileTemplate } from "../jinja/jinja.ts";
import { contractOf } from "../manifest/contract.ts";
import { type EarlierManifest, type PlainRecord, readEarlierManifest } from "../state/earlierManifest.ts";
import { fresherSources, readLoadTimes, readStatuses } from "../state/earlierResults.ts";
import { createStateComparison, STATES, type StateComparison } from "../state/stateComparison.ts";
import type { OpenProject } from "./openProject.ts";

type Project = Pick<OpenProject, "config" | "manifest" | "facts">;

/** A file of a folder that the command line names; dbt takes a relative one from the project's folder. */
function readArtifact(
	{ config }: Pick<Project, "config">,
	dir: string,
	{ file, needed, dbt }: { readonly file: string; readonly needed: string; readonly dbt?: string },
): { readonly text: string; readonly path: string } {
	const { root } = config.project;
	const full = join(resolve(root, dir), file);
	const path = relative(root, full);
	if (!existsSync(full)) fail("TFM-STATE-001", { file, dir, needed, ...(dbt === undefined ? {} : { dbt }) });
	return { text: readFileSync(full, "utf8"), path: path.startsWith("..") ? full : path };
}

/** `dir` as written after --state or --defer-state. Throws TFM-STATE-001 … 003. */
export function readManifestOf(project: Pick<Project, "config">, dir: string, needed: string): EarlierManifest {
	const { text, path } = readArtifact(project, dir, { file: "manifest.json", needed });
	return readEarlierManifest(text, path);
}

/** A text of another version's that is no template here says nothing. */
function writtenConfig(text: string): PlainRecord | null {
	try {
		return compileTemplate({ file: "manifest.json", text, line: 1, column: 1 }).writtenKeywords("config");
	} catch (error) {
		if (error instanceof TfmError) return null;
		throw error;
	}
}

/** The project beside the manifest of --state; undefined where none is given. */
export function compareWithState(
	invocation: Invocation,
	project: Project,
	needed: string,
): StateComparison | undefined {
	const { state } = invocation.flags;
	if (state === undefined) return undefined;
	return createStateComparison({
		earlier: readManifestOf(project, state, needed),
		manifest: project.manifest,
		contractOf,
		asWritten: flagOf(project.facts.invocation, "state_modified_compare_more_unrendered_values") !== false,
		writtenConfig,
		now: invocation.clock(),
	});
}

/** What `state:`, `result:` and `source_status:` compare with; undefined without --state. */
export function earlierRunsOf(invocation: Invocation, project: Project): EarlierRuns | undefined {
	const { state: dir } = invocation.flags;
	if (dir === undefined) return undefined;
	let comparison: StateComparison | undefined;
	const read = (file: string, method: string, dbt?: string) =>
		readArtifact(project, dir, { file, needed: `"${method}:" is used`, ...(dbt === undefined ? {} : { dbt }) });
	return {
		state(value) {
			comparison ??= compareWithState(invocation, project, '"state:" is used');
			const test = comparison?.test(value);
			if (test !== undefined) return test;
			const suggestion = suggestName(value, STATES);
			return fail("TFM-SELECT-003", { method: "state", value, suggestion, allowed: STATES });
		},
		result(status): NodeTest {
			const { text, path } = read("run_results.json", "result");
			const statuses = readStatuses(text, path);
			return (node) => statuses.get(node.unique_id) === status;
		},
		sourceStatus(value): NodeTest {
			const before = read(
				"sources.json",
				"source_status",
				"No previous state comparison freshness results in sources.json",
			);
			const now = readArtifact(project, project.config.targetDir, {
				file: "sources.json",
				needed: '"source_status:" is used and compares with the last tfm source freshness',
				dbt: "No current state comparison freshness results in sources.json",
			});
			if (value !== "fresher") return () => false;
			const fresher = fresherSources(readLoadTimes(before.text, before.path), readLoadTimes(now.text, now.path));
			return (node) => fresher.has(node.unique_id);
		},
		warnings: () => [...sameFolder(invocation, project), ...(comparison?.warnings() ?? [])],
	};
}

/** dbt says so too: the command is about to overwrite what it compares with. */
function sameFolder({ flags }: Invocation, { config }: Project): readonly Diagnostic[] {
	if (flags.state === undefined || resolve(config.project.root, flags.state) !== config.targetDir) return [];
	return [diagnostic("TFM-STATE-007", { dir: flags.state }, { severity: "warning" })];
}
