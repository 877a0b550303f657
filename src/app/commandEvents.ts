import { join, relative, resolve } from "node:path";
import { fail } from "../core/diagnostic.ts";
import type { Emit } from "../core/events.ts";
import type { Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import type { TemplateMessage } from "../core/request.ts";
import { saidEvent } from "../core/saidEvent.ts";
import { hearTemplate, templateRulings } from "../core/warningPolicy.ts";
import {
	concurrencyMessages,
	createDbtMessages,
	createEventStream,
	createLogFile,
	createNdjson,
	createTerminal,
	type EventStream,
	hookPlaces,
	manifestFacts,
	type NodeProgress,
	nodeInfo,
	nothingToDo,
	openLogFile,
	projectMessages,
	type Subscriber,
} from "../report/report.ts";
import type { OpenProject } from "./openProject.ts";
import { readSourceLine } from "./readSourceLine.ts";

/**
 * The event stream of a command, with its subscribers: terminal or NDJSON, the log file, and those of the caller.
 * `again`: an earlier stream of the same command told what there is to say of the project.
 */
export function openEvents(
	invocation: Invocation,
	project: OpenProject,
	more: readonly Subscriber[] = [],
	{ again = false }: { readonly again?: boolean } = {},
): EventStream {
	const { config, manifest, runId } = project;
	const { stdout, stderr, output, env, clock } = invocation;
	const lookup = manifestFacts(manifest, relative(config.project.root, config.targetDir));
	const stdoutTaken = invocation.flags.extra.output === "json";
	openCommandLog(invocation, project);
	const screens =
		output.logFormat === "events"
			? [createNdjson(stdoutTaken ? stderr : stdout, output)]
			: invocation.log?.onScreen === true
				? []
				: [
						createTerminal({
							stdout,
							stderr,
							output,
							env,
							clock,
							lookup,
							readLine: readSourceLine(config.project.root),
							environment: project.environment?.name,
							stdoutTaken,
						}),
					];
	const stream: EventStream = createEventStream({
		runId,
		clock,
		secrets: config.secrets,
		signal: invocation.signal,
		lookup,
		subscribers: [
			...screens,
			...dbtSubscribers(invocation, project),
			logSubscriber(invocation, project, stderr.write.bind(stderr)),
			...more,
		],
	});
	const files = project.read === null ? "are as they were when they were parsed last" : `were parsed: ${project.read}`;
	if (again) return stream;
	stream({ event: "message", text: `the project's files ${files}`, node_id: null, print: false }, "debug");
	const said = [...(config.said ?? []), ...project.said];
	tellMessages(stream, null, hearTemplate(said, templateRulings(invocation.flags)).told);
	// The configuration's remarks are among them.
	for (const remark of manifest.warnings) stream({ event: "diagnostic", diagnostic: remark }, "warn");
	return stream;
}

/** What a template said. */
function tellMessages(events: Emit, id: NodeId | null, messages: readonly TemplateMessage[]): void {
	for (const message of messages) events(...saidEvent(message, id));
}

/** What the templates of compiled nodes said. Throws TFM-JINJA-023 where one warned and warnings count as errors. */
export function tellCompiled(
	events: Emit,
	{ flags }: Invocation,
	compiled: readonly { readonly node: NodeId | null; readonly messages: readonly TemplateMessage[] }[],
): void {
	const rulings = templateRulings(flags);
	for (const { node, messages } of compiled) {
		const { told, refused } = hearTemplate(messages, rulings);
		tellMessages(events, node, told);
		if (refused !== undefined) fail("TFM-JINJA-023", { message: refused.text });
	}
}

/** Tells the log of the project, once in a command. */
export function openCommandLog({ log, clock }: Invocation, { config, manifest, engine }: OpenProject): void {
	if (log?.open(config.logDir) !== true) return;
	for (const message of projectMessages(manifest, engine.type, clock().toISOString())) log.write(message);
}

/** The same, and how many nodes a command that runs nothing takes up. */
export function logNodes(invocation: Invocation, project: OpenProject, nodes: number): void {
	const { log, clock, flags } = invocation;
	if (log === undefined) return;
	openCommandLog(invocation, project);
	const { targetName: target, threads } = project.config.target;
	if (nodes === 0) {
		log.write(nothingToDo(clock().toISOString()));
		return;
	}
	const about = { ts: clock().toISOString(), threads: flags.threads ?? threads, target, nodes };
	for (const message of concurrencyMessages(about)) log.write(message);
}

function dbtSubscribers({ log }: Invocation, { manifest, config }: OpenProject): readonly Subscriber[] {
	if (log === undefined) return [];
	const lookup = manifestFacts(manifest, relative(config.project.root, config.targetDir));
	const info = (id: NodeId, progress: NodeProgress) => nodeInfo(manifest, id, progress);
	return [createDbtMessages({ write: log.write, lookup, info, hooks: hookPlaces(manifest) })];
}

/** Where the debug log of a command is. */
export const eventLogPath = ({ cwd, output }: Invocation, { config }: OpenProject): string =>
	output.logFile === undefined ? join(config.logDir, "tfm.log") : resolve(cwd, output.logFile);

/** The debug log. A folder that cannot be written to is said once; it must not stop a run. */
function logSubscriber(invocation: Invocation, project: OpenProject, say: (text: string) => void): Subscriber {
	const path = eventLogPath(invocation, project);
	const onProblem = (error: Error) => say(`no log is kept: ${error.message}\n`);
	try {
		return createLogFile({ target: openLogFile(path), onProblem });
	} catch (error) {
		onProblem(error as Error);
		return { receive: () => {} };
	}
}
