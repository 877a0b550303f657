import { setting } from "../../config/environment.ts";
import type { ProjectFacts, ReadingWatch } from "../../context/context.ts";
import type { Config } from "../../core/config.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { Location } from "../../core/location.ts";
import { findNode, type Manifest } from "../../core/manifest.ts";
import type { GraphNode, NodeId } from "../../core/node.ts";
import type { TemplateMessage } from "../../core/request.ts";
import { describeCycle, findCycle } from "../../graph/cycle.ts";
import { buildGraph, type Graph, graphWhenAsked } from "../../graph/graph.ts";
import { loadMistakes } from "../../load/loadSpec.ts";
import { buildManifest } from "../../manifest/buildManifest.ts";
import { createManifestPorts } from "../../manifest/contextPorts.ts";
import { findCall } from "../../manifest/findCall.ts";
import { digestFiles } from "../../parse/digestFiles.ts";
import {
	createProjectFacts,
	listFiles,
	type ParseOptions,
	type ParseResult,
	type ProjectFiles,
	parseProject,
} from "../../parse/parseProject.ts";
import { BUILD_ID } from "./buildId.ts";
import { cachePath, originOf, readParseCache, writeParseCache } from "./parseCache.ts";
import { recordReads } from "./recordReads.ts";
import { findChanged, watchTimedTexts } from "./timedTexts.ts";

export interface ReadProject {
	readonly facts: ProjectFacts;
	readonly manifest: Manifest;
	readonly graph: Graph;
	/** Why the files were parsed; null: they are as they were when they were parsed last. */
	readonly read: string | null;
	/** What this reading is known by, the same as long as nothing changes; null: it is not kept. */
	readonly known: string | null;
	/** What templates wrote with log() and print() while they were read, as dbt says it: of what was parsed now. */
	readonly said: readonly TemplateMessage[];
}

/** `build` null: what is learned is not kept, and nothing is looked up. */
export interface CacheUse {
	readonly build: string | null;
	/** Why not. */
	readonly because: string;
}

/** dbt's switches: `--no-partial-parse`, DBT_PARTIAL_PARSE, `flags: {partial_parse: false}`. On by default. */
export function cacheUse({ flags, env }: Pick<Invocation, "flags" | "env">, config: Config): CacheUse {
	const given = flags.extra.partialParse ?? setting(env, "PARTIAL_PARSE")?.value ?? config.project.flags.partial_parse;
	const off = given === false || /^(?:0|false|f|no|n|off)$/i.test(String(given ?? ""));
	if (off) return { build: null, because: "asked for (no partial parse)" };
	return { build: BUILD_ID, because: "tfm runs from its sources" };
}

/** Throws one TfmError with all the mistakes of the first stage that finds any. */
export function knowProject(config: Config, options: ParseOptions, { build, because }: CacheUse): ReadProject {
	const listed = listFiles(config, options);
	if (build === null || listed.problems.length > 0) {
		const { watch, said } = listenTo((_of, read) => read());
		const { facts, manifest, graph } = readProject(config, { ...options, watch }, listed);
		return { facts: unwatched(facts), manifest, graph, read: because, known: null, said };
	}
	const { files, digests } = digestFiles(listed);
	const origin = originOf(config, options, { build, files: digests });
	const path = cachePath(config);
	let again: Manifest | null | undefined;
	const locate = (id: NodeId): Location | undefined => {
		if (again === undefined) again = manifestOrNull(config, options);
		return again === null ? undefined : findNode(again, id)?.location;
	};
	const answer = readParseCache(path, { origin, invocation: options.invocation }, locate);
	let why = "";
	if (answer.kind === "known") {
		const { manifest, macros, timed } = answer.project;
		const facts = createProjectFacts(config, options, macros);
		const changed = findChanged(timed, facts);
		// Nothing circular was kept: the graph is made when somebody asks for it.
		if (changed === undefined)
			return { facts, manifest, graph: graphWhenAsked(manifest), read: null, known: answer.sum, said: [] };
		why = `${changed.subject.unique_id} depends on the time`;
	} else why = answer.because;
	const { invocation, reads } = recordReads(options.invocation);
	const { watch: watchTime, timed } = watchTimedTexts(reads);
	const { watch, said } = listenTo(watchTime);
	const { facts, manifest, macros, graph } = readProject(config, { ...options, invocation, watch }, files);
	let known: string | null = null;
	let unwritten = reads.repeatable ? "" : "; not kept: the time or the run was asked for outside of a node's text";
	try {
		known = writeParseCache(path, origin, reads, { manifest, macros, timed });
	} catch (error) {
		// A folder that cannot be written is said where it matters, by what has to be written there.
		unwritten = `; not kept: ${error instanceof Error ? error.message : error}`;
	}
	return {
		facts: { ...unwatched(facts), invocation: options.invocation },
		manifest,
		graph,
		read: `${why}${unwritten}`,
		known,
		said,
	};
}

/** For what is rendered later. */
const unwatched = ({ watch: _done, ...facts }: ProjectFacts): ProjectFacts => facts;

/** Keeps what is written while texts are read. */
function listenTo(watch: ReadingWatch): { readonly watch: ReadingWatch; readonly said: readonly TemplateMessage[] } {
	const said: TemplateMessage[] = [];
	return {
		said,
		watch(of, read) {
			const collector = watch(of, read);
			said.push(...collector.messages);
			return collector;
		},
	};
}

function readProject(
	config: Config,
	options: ParseOptions,
	files?: ProjectFiles,
): Pick<ParseResult, "facts" | "macros"> & Pick<ReadProject, "manifest" | "graph"> {
	const { parsed, facts, macros } = parseProject(config, options, files);
	const manifest = buildManifest(parsed, config, createManifestPorts(facts, loadMistakes));
	const graph = buildGraph(manifest);
	const cycle = findCycle(graph);
	if (cycle !== null) throw new TfmError(describeCycle(manifest, cycle, placeOfReference));
	return { facts, macros, manifest, graph };
}

/** Null when the files hold a mistake by now: whoever asks for a place has one of its own then. */
function manifestOrNull(config: Config, options: ParseOptions): Manifest | null {
	try {
		return readProject(config, options).manifest;
	} catch (error) {
		if (error instanceof TfmError) return null;
		throw error;
	}
}

const placeOfReference = (reader: GraphNode, name: string) =>
	"raw_code" in reader ? findCall({ ...reader, file: reader.location.file }, "ref", [name]).at : reader.location;
