import { join } from "node:path";
import { setting } from "../../config/environment.ts";
import type { ProjectFacts, ReadingWatch } from "../../context/context.ts";
import type { Config } from "../../core/config.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { findNode, type Manifest } from "../../core/manifest.ts";
import type { ExecutableNode, GraphNode, NodeId } from "../../core/node.ts";
import type { TemplateMessage } from "../../core/request.ts";
import { describeCycle, findCycle, isCircular } from "../../graph/cycle.ts";
import { type Graph, graphWhenAsked } from "../../graph/graph.ts";
import { loadMistakes } from "../../load/loadSpec.ts";
import { buildManifest } from "../../manifest/buildManifest.ts";
import { createManifestPorts } from "../../manifest/contextPorts.ts";
import { findCall } from "../../manifest/findCall.ts";
import { datedModels } from "../../manifest/modelDeprecations.ts";
import { digestFiles, fileKey } from "../../parse/digestFiles.ts";
import {
	createProjectFacts,
	listFiles,
	type ParseOptions,
	type ParseResult,
	type ProjectFiles,
	parseProject,
} from "../../parse/parseProject.ts";
import { editText, kindOfText } from "../editedText.ts";
import { BUILD_ID } from "./buildId.ts";
import { digestKept } from "./digestKept.ts";
import { keepStamps, momentBeside, SETTLED_MS } from "./fileStamps.ts";
import type { Rereading } from "./packProject.ts";
import {
	type CacheAnswer,
	cachePath,
	type KeptFiles,
	originOf,
	readParseCache,
	writeParseCache,
} from "./parseCache.ts";
import { recordReads } from "./recordReads.ts";
import { replaceIn } from "./replacedMap.ts";
import { findChanged, watchTimedTexts } from "./timedTexts.ts";

/** What a reading is known by. */
export interface KnownBy {
	/** The same as long as nothing changes. */
	readonly key: string;
	/** The same as long as nothing changes but the texts of these nodes. */
	readonly base: string;
	readonly edited: readonly NodeId[];
}

export interface ReadProject {
	readonly facts: ProjectFacts;
	readonly manifest: Manifest;
	readonly graph: Graph;
	/** Why the files were parsed; null: they are as they were when they were parsed last. */
	readonly read: string | null;
	/** Null: it is not kept. */
	readonly known: KnownBy | null;
	/** Models with a `deprecation_date`. */
	readonly dated: readonly NodeId[];
	/** What templates wrote with log() and print() while they were read, as dbt says it: of what was parsed now. */
	readonly said: readonly TemplateMessage[];
}

/** `build` null: what is learned is not kept, and nothing is looked up. */
export interface CacheUse {
	readonly build: string | null;
	/** Why not. */
	readonly because: string;
	/** How much older than its reading a file has to be, to be known by its times (fileStamps.ts). */
	readonly settledMs?: number;
}

/** dbt's switches: `--no-partial-parse`, DBT_PARTIAL_PARSE, `flags: {partial_parse: false}`. On by default. */
export function cacheUse({ flags, env }: Pick<Invocation, "flags" | "env">, config: Config): CacheUse {
	const given = flags.extra.partialParse ?? setting(env, "PARTIAL_PARSE")?.value ?? config.project.flags.partial_parse;
	const off = given === false || /^(?:0|false|f|no|n|off)$/i.test(String(given ?? ""));
	if (off) return { build: null, because: "asked for (no partial parse)" };
	return { build: BUILD_ID, because: "tfm runs from its sources" };
}

/** Throws one TfmError with all the mistakes of the first stage that finds any. */
export function knowProject(
	config: Config,
	options: ParseOptions,
	{ build, because, settledMs = SETTLED_MS }: CacheUse,
): ReadProject {
	const listed = listFiles(config, options);
	if (build === null || listed.problems.length > 0) {
		const { watch, said } = listenTo((_of, read) => read());
		const { facts, manifest, graph } = readProject(config, { ...options, watch }, listed);
		return { facts: unwatched(facts), manifest, graph, read: because, known: null, dated: datedModels(manifest), said };
	}
	const path = cachePath(config);
	const stampsPath = join(config.targetDir, "file_stamps.tfm");
	const origin = originOf(config, options, build);
	const { invocation } = options;
	const digests = (kept: KeptFiles) => digestKept(listed, kept, { stampsPath, settledMs });
	const answer = readParseCache(path, { origin, invocation, digests }, rereading(config, options));
	let why = "";
	if (answer.kind === "known") {
		const { macros, timed, dated } = answer.project;
		const facts = createProjectFacts(config, options, macros);
		const changed = findChanged(timed, facts);
		const { watch, said } = listenTo((_of, read) => read());
		const edited = changed === undefined ? withTexts(answer, { ...facts, watch }, listed) : null;
		if (edited !== null) {
			const { manifest, ids } = edited;
			// Nothing circular was kept: the graph is made when somebody asks for it.
			const graph = graphWhenAsked(manifest);
			const known = { key: answer.key, base: answer.base, edited: ids };
			return { facts, manifest, graph, read: null, known, dated, said };
		}
		answer.close();
		why = changed === undefined ? answer.because : `${changed.subject.unique_id} depends on the time`;
	} else why = answer.because;
	const moment = momentBeside(stampsPath);
	const { facts, manifest, macros, graph, files, reads, timed, said } = readWatched(config, options, listed);
	let key: string | null = null;
	let unwritten = reads.repeatable ? "" : "; not kept: the time or the run was asked for outside of a node's text";
	try {
		key = writeParseCache(path, { origin, digests: files.digests, reads }, { manifest, macros, timed });
		if (key !== null && moment !== null)
			keepStamps(stampsPath, { of: key, files: files.digests.length }, files.read, {
				reading: { moment, settledMs },
				before: null,
			});
	} catch (error) {
		// A folder that cannot be written is said where it matters, by what has to be written there.
		unwritten = `; not kept: ${error instanceof Error ? error.message : error}`;
	}
	return {
		facts: { ...unwatched(facts), invocation: options.invocation },
		manifest,
		graph,
		read: `${why}${unwritten}`,
		known: key === null ? null : { key, base: key, edited: [] },
		dated: datedModels(manifest),
		said,
	};
}

/** Also tells what the reading hangs on. The bytes of the files are let go before anything is kept: hence a function. */
function readWatched(config: Config, options: ParseOptions, listed: ProjectFiles) {
	const { files: withBytes, ...files } = digestFiles(listed);
	const { invocation, reads } = recordReads(options.invocation);
	const { watch: watchTime, timed } = watchTimedTexts(reads);
	const { watch, said } = listenTo(watchTime);
	return { ...readProject(config, { ...options, invocation, watch }, withBytes), files, reads, timed, said };
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
	const graph = graphWhenAsked(manifest);
	const cycle = isCircular(manifest) ? findCycle(graph) : null;
	if (cycle !== null) throw new TfmError(describeCycle(manifest, cycle, placeOfReference));
	return { facts, macros, manifest, graph };
}

/** For what was not kept, or is damaged: the files are read once more, when somebody asks. */
function rereading(config: Config, options: ParseOptions): Rereading {
	let found: Manifest | TfmError | undefined;
	const manifest = (): Manifest | TfmError => {
		if (found === undefined) {
			try {
				found = readProject(config, options).manifest;
			} catch (error) {
				if (!(error instanceof TfmError)) throw error;
				found = error;
			}
		}
		return found;
	};
	return {
		// Whoever asks for a place while the files hold a mistake has one of its own.
		locate(id) {
			const read = manifest();
			return read instanceof TfmError ? undefined : findNode(read, id)?.location;
		},
		manifest() {
			const read = manifest();
			if (read instanceof TfmError) throw read;
			return read;
		},
	};
}

/** The project with the texts of now; null: more than texts changed. */
function withTexts(
	{ project: { manifest, texts }, edited }: Extract<CacheAnswer, { kind: "known" }>,
	facts: ProjectFacts,
	listed: ProjectFiles,
): { readonly manifest: Manifest; readonly ids: readonly NodeId[] } | null {
	if (edited.length === 0) return { manifest, ids: [] };
	const before = new Map(edited);
	const now = new Map<NodeId, ExecutableNode>();
	// Read once more, since nothing was kept of them: what is known is known by the digests that were taken before.
	const own = listed.own.filter((file) => before.has(fileKey(file)));
	const { files, digests } = digestFiles({ ...listed, builtin: [], own });
	if (digests.some(([file, digest]) => before.get(file) !== digest)) return null;
	for (const file of files.own) {
		const id = file.package_name === manifest.projectName ? texts().get(file.original_file_path) : undefined;
		const node = id === undefined || id === "several" ? undefined : manifest.nodes.get(id);
		if (node === undefined || kindOfText(node) !== file.kind) return null;
		const text = editText(facts, node, file, manifest.warnings);
		if (text === null) return null;
		now.set(node.unique_id, text);
	}
	const nodes = replaceIn(manifest.nodes, now);
	return { manifest: Object.freeze({ ...manifest, nodes }), ids: [...now.keys()].sort() };
}

const placeOfReference = (reader: GraphNode, name: string) =>
	"raw_code" in reader ? findCall({ ...reader, file: reader.location.file }, "ref", [name]).at : reader.location;
