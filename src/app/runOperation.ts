import type { Adapter, Session } from "../core/adapter.ts";
import type { MacroArgument } from "../core/compiler.ts";
import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { TemplateMessage } from "../core/request.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { saidEvent } from "../core/saidEvent.ts";
import type { RunStatus, StateStore } from "../core/state.ts";
import { hearTemplate, templateRulings } from "../core/warningPolicy.ts";
import { nodeResult, startStopwatch } from "../execute/nodeResult.ts";
import { runBound } from "../execute/statement.ts";
import { makeInlineNode } from "../parse/inlineNode.ts";
import { adapterResponse } from "../plan/adapterResponse.ts";
import { dbtMessage, fancyLine } from "../report/report.ts";
import { writeManifest, writeRunResults } from "./artifacts.ts";
import { openEvents } from "./commandEvents.ts";
import { type Database, failRefused, PUBLISHED, withDatabase } from "./database.ts";
import { historySettings } from "./historySettings.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { projectTarget } from "./projectTarget.ts";

/** What is called, under dbt's unique id. */
interface Operation {
	readonly id: NodeId;
	/** The macro as it was called, or `--sql`. */
	readonly name: string;
	/** `macro audit (macros/audit.sql)`; null for `--sql`. */
	readonly place: string | null;
	readonly call: (database: Database) => Promise<Called>;
}

interface Called {
	readonly messages: readonly TemplateMessage[];
	readonly response: NodeResult["adapter_response"];
	/** For whoever watches; null: its messages say it. */
	readonly says: string | null;
}

/**
 * `tfm run-operation MACRO --args '{…}'` calls a macro, `--sql TEXT` sends a statement whose Jinja is rendered first;
 * what they ask of the database happens in one session. The result is in run_results.json (dbt). Exit code 1 where it
 * fails: dbt counts that as a failed result, not as a mistake of the call.
 */
export async function runOperation(invocation: Invocation): Promise<ExitCode> {
	return callOperation(invocation, await openProject(invocation));
}

/** Of run-operation and of its retry: `macro`, `args` and `sql` are in the invocation's extra flags. */
export async function callOperation(invocation: Invocation, project: OpenProject): Promise<ExitCode> {
	const { sql } = invocation.flags.extra;
	const operation = typeof sql === "string" ? sqlOperation(project, sql) : macroOperation(invocation, project);
	writeManifest(invocation, project);
	const events = openEvents(invocation, project);
	const watch = startStopwatch(invocation.clock);
	const write = (facts: Pick<NodeResult, "status" | "failures"> & Partial<NodeResult>): void => {
		const about = { unique_id: operation.id, resource_type: "operation", layer: null } as const;
		const result = nodeResult(about, { ...facts, ...watch.read(), thread_id: "MainThread" });
		writeRunResults(invocation, project, runOf(invocation, project, result));
	};
	const tell = (messages: readonly TemplateMessage[]): TemplateMessage | undefined => {
		const { told, refused } = hearTemplate(messages, templateRulings(invocation.flags));
		for (const message of told) {
			const { text, info, printed, remark } = message;
			if (remark !== undefined) {
				events(...saidEvent(message, null));
				continue;
			}
			const logged = info && printed !== true ? ({ logged: true } as const) : {};
			events({ event: "message", text, node_id: null, print: info, ...logged }, info ? "info" : "debug");
		}
		return refused;
	};
	let told = false;
	const tellAlerts = async (adapter: Adapter | undefined, error: unknown): Promise<void> => {
		if (told || project.config.project.alerts === undefined) return;
		told = true;
		const { tellOperation } = await import("./runAlerts.ts");
		await tellOperation(invocation, project, { name: operation.name, adapter, emit: events, error });
	};
	const line = sqlLine(invocation, typeof sql === "string");
	line("START executing inline_query", "RUN");
	watch.compiled();
	try {
		const { messages, response, says } = await withDatabase(invocation, project, operation.call, {
			failed: (said) => void tell(said),
			ended: tellAlerts,
			afterwards: (session, state, status) =>
				noteOperation({ invocation, project, session, state }, status).catch((error: unknown) => {
					const facts = { message: error instanceof Error ? error.message : String(error) };
					const remark = diagnostic("TFM-HIST-001", facts, { severity: "warning" });
					events({ event: "diagnostic", diagnostic: remark }, "warn");
				}),
		});
		const refused = tell(messages);
		if (refused !== undefined) fail("TFM-JINJA-023", { message: refused.text });
		if (says !== null) events({ event: "message", text: says, node_id: null, print: true });
		line("OK executed inline_query", response._message || "OK", watch.read().execution_time);
		write({ status: "success", failures: 0, adapter_response: response });
		return 0;
	} catch (error) {
		// Of a database that could not be opened nothing is told yet.
		await tellAlerts(undefined, error);
		if (!(error instanceof TfmError)) throw error;
		for (const d of error.diagnostics) events({ event: "diagnostic", diagnostic: d }, "error");
		line("ERROR executing inline_query", "ERROR", watch.read().execution_time);
		write({ status: "error", failures: 1, message: errorText(error.diagnostics, operation.place) });
		return 1;
	} finally {
		events.close();
	}
}

/** What dbt's log says of --sql, and of nothing else. */
function sqlLine({ log, clock }: Invocation, isSql: boolean) {
	return (text: string, status: string, seconds?: number): void => {
		if (!isSql) return;
		const msg = fancyLine({ index: 1, total: 1 }, text, status, seconds);
		const level = status === "ERROR" ? "error" : "info";
		log?.write(dbtMessage("Note", msg, { ts: clock().toISOString(), data: { msg }, level }));
	};
}

interface Noted {
	readonly invocation: Invocation;
	readonly project: OpenProject;
	readonly session: Session;
	readonly state: StateStore;
}

/** A row among the runs, where earlier runs have made the tables and the role may insert. */
async function noteOperation({ invocation, project, session, state }: Noted, status: RunStatus): Promise<void> {
	if (historySettings(project.config.project) === undefined || !(await state.canRecord(session))) return;
	if (!(await state.upgrade(session))) return;
	const { name: host, pid } = invocation.host;
	const startedAt = project.startedAt.toISOString();
	const row = {
		runId: project.runId,
		...projectTarget(project),
		command: "run-operation",
		host,
		pid,
		startedAt,
	};
	await runBound(session, state.recordRun(row, status, invocation.clock().toISOString()));
}

/** dbt's form: the kind of error, where a macro raised it itself the macro that was called, then what was said, indented. */
function errorText(diagnostics: readonly Diagnostic[], place: string | null): string {
	const [first] = diagnostics;
	const database = first?.code === "TFM-JINJA-024" || first?.code === "TFM-APP-009";
	const where = first?.code === "TFM-JINJA-023" && place !== null ? ` in ${place}` : "";
	const lines = diagnostics.flatMap(({ message }) => message.split("\n"));
	return [`${database ? "Database" : "Compilation"} Error${where}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function macroOperation(invocation: Invocation, project: OpenProject): Operation {
	const macro = String(invocation.flags.extra.macro ?? "");
	const { registry } = project.facts;
	const [prefix, bare] = macro.includes(".") ? (macro.split(".", 2) as [string, string]) : [null, macro];
	const known =
		prefix === null
			? (registry.find(macro, project.manifest.projectName) ?? registry.findAnywhere(macro))
			: registry.findIn(prefix, bare);
	if (known === undefined)
		return fail("TFM-APP-008", { macro, suggestion: registry.suggest(bare, project.manifest.projectName) });
	const args = (invocation.flags.extra.args ?? {}) as { readonly [name: string]: unknown };
	const keyword: Record<string, MacroArgument> = Object.fromEntries(
		Object.entries(args).map(([name, value]) => [name, { kind: "value", value }]),
	);
	return {
		id: nodeId(known.node.unique_id),
		name: macro,
		place: `macro ${known.node.name} (${known.node.original_file_path})`,
		call: async ({ compiler, render }) => {
			const call = { macro, positional: [], keyword, node: null };
			const { messages } = await render((journal) => compiler.renderMacro(call, journal, PUBLISHED));
			return { messages, response: {}, says: null };
		},
	};
}

function sqlOperation(project: OpenProject, sql: string): Operation {
	const { manifest, facts } = project;
	return {
		id: nodeId(`sql_operation.${manifest.projectName}.inline_query`),
		name: "--sql",
		place: null,
		call: async ({ compiler, render, session }) => {
			const node = makeInlineNode({ sql, name: "inline_query", label: "--sql" }, manifest, facts);
			const { compiled } = await render((journal) => compiler.compileInline(node, journal, PUBLISHED));
			const done = await sendInline(session, compiled.sql);
			return { messages: compiled.messages, response: adapterResponse(done), says: `--sql: ${done.status}` };
		},
	};
}

async function sendInline(session: Session, sql: string) {
	try {
		return await session.execute(sql);
	} catch (error) {
		return failRefused(error, "--sql");
	}
}

const runOf = (invocation: Invocation, { runId, startedAt }: OpenProject, result: NodeResult): RunResult => ({
	command: invocation.command,
	runId,
	results: [result],
	startedAt: startedAt.toISOString(),
	elapsed: result.execution_time,
	cancelled: false,
	exitCode: result.status === "success" ? 0 : 1,
});
