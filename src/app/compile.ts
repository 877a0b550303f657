import { join, relative } from "node:path";
import { type Compiler, createCompiler } from "../compile/compiler.ts";
import { compiledEphemerals } from "../compile/injectCtes.ts";
import type { CompiledNode, CompileOutcome } from "../core/compiler.ts";
import type { Deferral } from "../core/deferral.ts";
import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { Location } from "../core/location.ts";
import type { ExecutableNode, NodeId } from "../core/node.ts";
import type { Journal, JournalEntry } from "../core/request.ts";
import type { RunResult } from "../core/result.ts";
import { sqlPath } from "../core/sqlPath.ts";
import { nodeResult } from "../execute/nodeResult.ts";
import { createRedactor, dbtMessage } from "../report/report.ts";
import { writeRunResults } from "./artifacts.ts";
import { logNodes, openEvents, tellCompiled } from "./commandEvents.ts";
import { type Database, PUBLISHED, templatesAsk, withDatabase } from "./database.ts";
import { inlineId, inlineQuery } from "./inlineQuery.ts";
import { beginManifest } from "./manifestFile.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { selectFor } from "./selectFor.ts";
import { createSqlFiles } from "./sqlFiles.ts";

/**
 * `tfm compile`: the SQL of the selected nodes with published names, under target/compiled; one selected node or
 * --inline is printed too. The database is opened only when a template asks it something.
 */
export async function compileCommand(invocation: Invocation): Promise<ExitCode> {
	const { inline, output, watch } = invocation.flags.extra;
	if (watch === true) {
		if (inline !== undefined) fail("TFM-CLI-008", { first: "--inline", second: "--watch" });
		const { watchAndCompile } = await import("./compileWatch.ts");
		let selected: ReadonlySet<NodeId> = new Set();
		return watchAndCompile(invocation, {
			whole: async (project) => {
				const compiled = await compileSelected(invocation, project);
				selected = selectFor(invocation, project, COMPILED_KINDS).selected;
				return compiled.length;
			},
			// An edit of a text leaves the selection as it is, unless that compares texts.
			some: (project, ids) => {
				if (invocation.flags.state !== undefined) selected = selectFor(invocation, project, COMPILED_KINDS).selected;
				return compileSome(invocation, project, { selected, ids });
			},
		});
	}
	const project = await openProject(invocation);
	const print = sqlPrinter(invocation, project);
	if (typeof inline === "string") {
		logNodes(invocation, project, 1);
		const node = inlineQuery(project, inline);
		const {
			compiled: [compiled],
		} = await compileAll(invocation, project, {
			selected: new Set(),
			passes: [{ name: "the query", pass: (compiler, journal) => compiler.compileInline(node, journal, PUBLISHED) }],
		});
		const events = openEvents(invocation, project);
		tellCompiled(events, invocation, [{ node: null, messages: compiled!.messages }]);
		events.close();
		writeRunResults(invocation, project, compileRun(invocation, project, [[node, compiled!]]));
		print({ compiled: compiled!.sql, id: inlineId(project) }, output);
		return 0;
	}
	const compiled = await compileSelected(invocation, project);
	if (printSelected(invocation, project, compiled)) return 0;
	if (invocation.output.verbosity >= 0 && invocation.log?.onScreen !== true) {
		const where = relative(invocation.cwd, join(project.config.targetDir, "compiled"));
		invocation.stdout.write(`compiled ${compiled.length} ${compiled.length === 1 ? "node" : "nodes"} into ${where}\n`);
	}
	return 0;
}

type Compiled = Awaited<ReturnType<typeof compileSelected>>;

/** Prints the SQL of the one node that --select has chosen, its tests aside; false where there are more or none. */
export function printSelected(invocation: Invocation, project: OpenProject, compiled: Compiled): boolean {
	const models = compiled.filter(({ node: { resource_type: type } }) => type !== "test" && type !== "operation");
	const [only] = models;
	if (models.length !== 1 || only === undefined || invocation.flags.select.length === 0) return false;
	const { name: node, unique_id: id } = only.node;
	sqlPrinter(invocation, project)({ node, compiled: only.sql, id }, invocation.flags.extra.output);
	return true;
}

/** The kinds of nodes that a command which compiles deals in. */
export const COMPILED_KINDS = ["function", "model", "snapshot", "test", "analysis", "seed"] as const;

/** dbt compiles hooks of the project as well, with the queries that they send, and without `results`. */
const WITH_HOOKS = [...COMPILED_KINDS, "operation"] as const;

/**
 * Compiles what the flags select into target/compiled and writes manifest.json and run_results.json of that. A node that
 * fails ends it, unless `onFailure` takes the error: then the others go on.
 */
export async function compileSelected(
	invocation: Invocation,
	project: OpenProject,
	onFailure?: (error: TfmError) => void,
): Promise<readonly { readonly node: ExecutableNode; readonly sql: string }[]> {
	const events = openEvents(invocation, project);
	const { selected, warnings } = selectFor(
		invocation,
		project,
		invocation.flags.extra.watch === true ? COMPILED_KINDS : WITH_HOOKS,
	);
	for (const remark of warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
	logNodes(invocation, project, selected.size);
	const manifestFile = beginManifest(invocation, project);
	const all = [...selected].sort().flatMap((id): ExecutableNode | [] => project.manifest.nodes.get(id) ?? []);
	const asked = all.filter((node) => node.resource_type !== "seed");
	const { compiled: answers, deferral } = await compileAll(invocation, project, {
		selected,
		passes: asked.map(passOf),
		onFailure,
	})
		.then((done) => {
			const said = asked.map((node, i) => ({ node: node.unique_id, messages: done.compiled[i]?.messages ?? [] }));
			tellCompiled(events, invocation, said);
			return done;
		})
		.catch(async (error: unknown) => {
			events.close();
			await manifestFile.end();
			throw error;
		});
	const nodes = asked.filter((_, i) => answers[i] !== null);
	const results = answers.filter((answer) => answer !== null);
	const compiledIds = new Set<NodeId>(nodes.map((node) => node.unique_id));
	const writeSql = createSqlFiles(project.config.targetDir);
	for (const [i, node] of nodes.entries()) {
		const { sql, ctes } = results[i]!;
		if (sql !== "") writeSql(sqlPath("compiled", node), sql);
		// dbt compiles ephemeral models for whoever reads them, and writes what came out.
		for (const model of ctes.every(({ id }) => compiledIds.has(id)) ? [] : compiledEphemerals(ctes)) {
			const read = compiledIds.has(model.id) ? undefined : project.manifest.nodes.get(model.id);
			compiledIds.add(model.id);
			if (read !== undefined) writeSql(sqlPath("compiled", read), model.sql);
		}
	}
	events.close();
	await manifestFile.finish(
		results.map((compiled) => ({ ...compiled, ran: false, inRun: false })),
		deferral,
	);
	const seeds = all.filter((node) => node.resource_type === "seed").map((node) => [node, null] as const);
	// dbt has no result of an ephemeral model: it is compiled for its consumers.
	const own = nodes.flatMap((node, i) =>
		node.config.materialized === "ephemeral" ? [] : [[node, results[i]!] as const],
	);
	const done = [...seeds, ...own];
	writeRunResults(invocation, project, compileRun(invocation, project, done));
	return nodes.map((node, i) => ({ node, sql: results[i]!.sql }));
}

/** Writes the SQL of those of them that are selected, and nothing else. Answers how many. */
async function compileSome(
	invocation: Invocation,
	project: OpenProject,
	{ selected, ids }: { readonly selected: ReadonlySet<NodeId>; readonly ids: readonly NodeId[] },
): Promise<number> {
	const nodes = ids.flatMap((id) => (selected.has(id) ? (project.manifest.nodes.get(id) ?? []) : []));
	const { compiled } = await compileAll(invocation, project, {
		selected,
		passes: nodes.map(passOf),
	});
	const writeSql = createSqlFiles(project.config.targetDir);
	for (const [i, node] of nodes.entries()) writeSql(sqlPath("compiled", node), compiled[i]!.sql);
	if (compiled.some((answer) => answer !== null && answer.messages.length > 0)) {
		const events = openEvents(invocation, project);
		tellCompiled(
			events,
			invocation,
			nodes.map((node, i) => ({ node: node.unique_id, messages: compiled[i]?.messages ?? [] })),
		);
		events.close();
	}
	return nodes.length;
}

/** What run_results.json says of a compilation: dbt lists each node, seeds too, as a success of no time. */
function compileRun(
	invocation: Invocation,
	{ runId, startedAt }: OpenProject,
	done: readonly (readonly [ExecutableNode, CompiledNode | null])[],
): RunResult {
	const facts = (compiled: CompiledNode | null) =>
		compiled === null
			? {}
			: {
					compiled: true,
					compiled_code: compiled.sql,
					...(compiled.ctes.length > 0 && { extra_ctes: compiled.ctes }),
					macros: compiled.macros,
				};
	return {
		command: invocation.command,
		runId,
		results: done.map(([node, compiled]) =>
			nodeResult(node, { status: "success", thread_id: "Thread-1", ...facts(compiled) }),
		),
		startedAt: startedAt.toISOString(),
		elapsed: (invocation.clock().getTime() - startedAt.getTime()) / 1000,
		cancelled: false,
		exitCode: 0,
	};
}

/** Prints one piece of SQL; a secret of the profile may have got into it through `target`. */
function sqlPrinter(invocation: Invocation, project: OpenProject) {
	const { log, stdout, clock } = invocation;
	const redact = createRedactor(project.config.secrets);
	return (shown: { readonly node?: string; readonly compiled: string; readonly id: string }, output: unknown): void => {
		const { id, ...clean } = redact(shown);
		const text = output === "json" ? JSON.stringify(clean) : clean.compiled;
		if (log?.onScreen !== true) {
			stdout.write(`${text}\n`);
			return;
		}
		const title = clean.node === undefined ? "Compiled inline node is:" : `Compiled node '${clean.node}' is:`;
		const quiet = invocation.output.verbosity < 0;
		const msg = output === "json" || quiet ? text : `${title}\n${text}`;
		const data = {
			compiled: clean.compiled,
			is_inline: clean.node === undefined,
			node_name: clean.node ?? "inline_query",
			output_format: String(output ?? "text"),
			quiet,
			unique_id: id,
		};
		log.write(dbtMessage("CompiledNode", msg, { ts: clock().toISOString(), data }));
	};
}

interface Passes {
	readonly selected: ReadonlySet<NodeId>;
	readonly passes: readonly Pass[];
	readonly onFailure?: ((error: TfmError) => void) | undefined;
}

interface Pass {
	/** Of the node, for messages, and where it is written. */
	readonly name: string;
	readonly at?: Location;
	readonly pass: (compiler: Compiler, journal: Journal) => CompileOutcome;
}

const passOf = (node: ExecutableNode): Pass => ({
	name: node.unique_id,
	// Asked for only when something is wrong: the place of a test in a known project is found by reading all of it.
	get at() {
		return node.location;
	},
	pass: (compiler, journal) => compiler.compileNode(node.unique_id, journal, PUBLISHED),
});

/** Compiles without a database as far as that goes, and opens it for the templates that ask. Mistakes are collected. */
async function compileAll(
	invocation: Invocation,
	project: OpenProject,
	{ selected, passes, onFailure }: Passes,
): Promise<{ readonly compiled: readonly (CompiledNode | null)[]; readonly deferral?: Deferral | undefined }> {
	const compiler = createCompiler({ ...project.facts, manifest: project.manifest });
	const done: (CompiledNode | null)[] = passes.map(() => null);
	const asking: number[] = [];
	const mistakes: Diagnostic[] = [];
	const failed = (error: unknown): null => {
		if (!(error instanceof TfmError)) throw error;
		if (onFailure === undefined) mistakes.push(...error.diagnostics);
		else onFailure(error);
		return null;
	};
	for (const [i, { pass }] of passes.entries()) {
		// What --defer means is known only with the database's list of relations.
		if (invocation.flags.defer) {
			asking.push(i);
			continue;
		}
		const entries: JournalEntry[] = [];
		try {
			const outcome = pass(compiler, { entries, append: (entry) => void entries.push(entry) });
			if (outcome.kind === "suspended") asking.push(i);
			else done[i] = outcome.compiled;
		} catch (error) {
			failed(error);
		}
	}
	if (invocation.flags.extra.introspect === false)
		for (const i of asking) {
			const { name, at } = passes[i]!;
			failed(new TfmError(diagnostic("TFM-APP-014", { name }, at === undefined ? {} : { at })));
		}
	else if (asking.length > 0 && mistakes.length === 0) {
		const compileRest = async (database: Database): Promise<Deferral | undefined> => {
			for (const i of asking) {
				const rendered = database.render((journal) => passes[i]!.pass(database.compiler, journal));
				done[i] = await rendered.then(({ compiled }) => compiled, failed);
			}
			return database.deferral;
		};
		const asks = templatesAsk(asking.map((i) => passes[i]!.name));
		const deferral = await withDatabase(invocation, project, compileRest, { defers: selected, asks });
		if (mistakes.length === 0) return { compiled: done, deferral };
	}
	if (mistakes.length > 0) throw new TfmError(distinct(mistakes));
	return { compiled: done };
}

/** Two nodes that meet the same mistake of a macro tell it once. */
function distinct(mistakes: readonly Diagnostic[]): readonly Diagnostic[] {
	const byPlace = new Map<string, Diagnostic>();
	for (const one of mistakes) {
		const { code, message, at } = one;
		const key = JSON.stringify([code, message, at?.file, at?.line, at?.column]);
		if (at === undefined || !byPlace.has(key)) byPlace.set(at === undefined ? `${byPlace.size}` : key, one);
	}
	return [...byPlace.values()];
}
