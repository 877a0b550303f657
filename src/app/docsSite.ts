import { join, relative, resolve } from "node:path";
import { fail } from "../core/diagnostic.ts";
import type { PastTrace } from "../core/history.ts";
import type { Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { nodeId, type Plain } from "../core/node.ts";
import { TFM_VERSION } from "../core/version.ts";
import {
	EDITOR_NAMES,
	editorAddress,
	type PastRunFacts,
	type ResultFact,
	type RunResults,
	repositoryAddress,
	type SiteSample,
	type SiteSource,
	type WrittenSite,
	writeSite,
} from "../docs/docs.ts";
import type { Database } from "./database.ts";
import type { OpenProject } from "./openProject.ts";
import { projectTarget } from "./projectTarget.ts";

/** Where `tfm docs generate` puts the site, and where serve and check look for it. */
export const siteFolder = ({ cwd, flags }: Pick<Invocation, "cwd" | "flags">, targetDir: string): string =>
	typeof flags.extra.out === "string" ? resolve(cwd, flags.extra.out) : join(targetDir, "site");

/** The built browser program, which is part of the package. */
const appFolder = (assetsDir: string): string => join(assetsDir, "site");

/** Throws TFM-DOCS-009 for what is no number. */
export function countOption(
	extra: { readonly [key: string]: Plain },
	key: string,
	option: string,
	fallback: number,
): number {
	const value = extra[key];
	if (value === undefined) return fallback;
	if (!/^\d{1,6}$/.test(String(value)))
		return fail("TFM-DOCS-009", { option, value: String(value), expected: "a whole number" });
	return Number(value);
}

/** Runs that the site shows. */
const RUNS = 30;

/** The last runs, as many as `--runs` says. */
export async function readTrace(
	invocation: Invocation,
	project: OpenProject,
	{ state, session }: Database,
): Promise<PastTrace> {
	const limit = countOption(invocation.flags.extra, "runs", "runs", RUNS);
	if (!(await state.upgrade(session))) return { runs: [], latest: [], landed: [] };
	return state.pastTrace(session, projectTarget(project), limit);
}

export interface SiteInputs {
	readonly target: string;
	/** Null: the artifacts stand alone. */
	readonly project: OpenProject | null;
	/** run_results.json as it was before this command wrote its own. */
	readonly earlier: RunResults;
	readonly trace: PastTrace | null;
	readonly samples: ReadonlyMap<string, SiteSample>;
	/** What the check says of nodes; absent: it was not asked. */
	readonly findings?: SiteSource["findings"];
}

/** Artifacts, layers and history → the site. Answers what was written. */
export async function writeDocsSite(
	invocation: Invocation,
	inputs: SiteInputs,
): Promise<WrittenSite & { readonly folder: string }> {
	const { flags, assetsDir } = invocation;
	const { project, target } = inputs;
	const baseUrl = typeof flags.extra.baseUrl === "string" ? flags.extra.baseUrl : "";
	if (baseUrl !== "" && !/^https?:\/\//.test(baseUrl))
		fail("TFM-DOCS-009", {
			option: "base-url",
			value: baseUrl,
			expected: "an address such as https://docs.example.com/",
		});
	const folder = siteFolder(invocation, target);
	const layering = project?.config.project.layering;
	const source: SiteSource = {
		target,
		layers:
			project === null || layering === null || layering === undefined
				? null
				: {
						names: layering.layers.map(({ name }) => name),
						of: (id) => findNode(project.manifest, nodeId(id))?.layer ?? null,
					},
		...pastOf(inputs),
		landed: landedOf(inputs),
		state: flags.state === undefined ? null : resolve(project?.config.project.root ?? invocation.cwd, flags.state),
		samples: inputs.samples,
		findings: inputs.findings ?? new Map(),
		excludeCode: flags.extra.excludeCode === true,
		baseUrl,
		singleFile: isSingleFile(invocation),
		assets: (project?.config.project.assetPaths ?? [])
			.filter((path) => /^[\w][\w./-]*$/.test(path) && !path.includes(".."))
			.map((path) => ({ from: resolve(project!.config.project.root, path), to: path })),
		writtenBy: `tfm ${TFM_VERSION}`,
		links: linksOf(invocation, project?.config.project.root ?? null),
	};
	return {
		...(await writeSite(source, folder, appFolder(assetsDir))),
		folder: relative(invocation.cwd, folder) || ".",
	};
}

export const isSingleFile = ({ flags: { extra } }: Invocation): boolean =>
	extra.singleFile === true || extra.static === true;

/** Where files can be read and changed; a path of this machine only for who asked for an editor. Throws TFM-DOCS-009. */
function linksOf({ flags: { extra } }: Invocation, root: string | null): SiteSource["links"] {
	const given = typeof extra.repository === "string" ? extra.repository : null;
	const repository = root === null && given === null ? "" : repositoryAddress(root ?? "", given);
	if (repository === null)
		fail("TFM-DOCS-009", {
			option: "repository",
			value: given!,
			expected: "none, an address such as https://github.com/acme/shop, or one with {path} in it",
		});
	if (typeof extra.editor !== "string") return { repository, editor: "" };
	const editor = root === null ? "" : editorAddress(extra.editor, root);
	if (editor === null)
		fail("TFM-DOCS-009", {
			option: "editor",
			value: extra.editor,
			expected: `one of ${EDITOR_NAMES.join(", ")}, or an address with {root} and {path} in it`,
		});
	return { repository, editor };
}

/** The history where there is one, else the last run's own results. */
export function pastOf({
	trace,
	earlier,
}: Pick<SiteInputs, "trace" | "earlier">): Pick<SiteSource, "runs" | "results"> {
	if (trace === null || trace.runs.length === 0)
		return { runs: earlier.run === null ? [] : [earlier.run], results: earlier.results };
	const results = new Map<string, ResultFact>(
		trace.latest.map(([id, status, failures, message, ms, at]) => [id, { status, failures, message, ms, at }]),
	);
	// Messages of tests are in run_results.json alone; of the same run they are of the same result.
	for (const [id, fact] of earlier.results) {
		const known = results.get(id);
		if (known === undefined) results.set(id, fact);
		else if (known.status === fact.status) results.set(id, { ...known, message: fuller(known.message, fact.message) });
	}
	return { runs: trace.runs.map(runOf), results };
}

/** Of the landing tables of this target: the ledger also knows those of others in the database. */
function landedOf({ trace, project }: SiteInputs): SiteSource["landed"] {
	return new Map(
		(trace?.landed ?? []).flatMap(([id, schema, table, rows, rejects, allRejects]) => {
			const source = project?.manifest.sources.get(nodeId(id));
			return source !== undefined && source.load !== null && source.schema === schema && source.identifier === table
				? [[id, { rows, rejects, allRejects }] as const]
				: [];
		}),
	);
}

/** The history keeps the beginning of a message, run_results.json all of it. */
const fuller = (kept: string | null, whole: string | null): string | null =>
	kept === null || whole?.startsWith(kept.replace(/…$/, "")) ? whole : kept;

function runOf({
	runId,
	command,
	args,
	status,
	startedAt,
	endedAt,
	nodes,
	tests,
	failing,
}: PastTrace["runs"][number]): PastRunFacts {
	const total = (at: 1 | 2 | 3): number => tests.reduce((sum, counts) => sum + counts[at], 0);
	const last = nodes.reduce((latest, [, , began, ms]) => Math.max(latest, began + ms), startedAt);
	return {
		id: runId,
		command,
		args,
		status: status ?? "unknown",
		startedAt,
		ms: (endedAt ?? last) - startedAt,
		nodes: nodes.map(([node, state, began, ms, rows]) => ({
			node,
			status: state,
			startedAt: began,
			ms,
			rows,
			thread: "",
		})),
		tests: [total(1), total(2), total(3)],
		dimensions: Object.fromEntries(
			tests.map(([name, passed, warned, failed]) => [name, [passed, passed + warned + failed]]),
		),
		failing,
	};
}
