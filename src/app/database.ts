import { type Compiler, createCompiler } from "../compile/compiler.ts";
import type { Adapter, Session } from "../core/adapter.ts";
import type { Binding } from "../core/compiler.ts";
import type { Config } from "../core/config.ts";
import { DatabaseError } from "../core/databaseError.ts";
import type { Deferral } from "../core/deferral.ts";
import { type DiagnosticPlaces, fail } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import { isOfTarget } from "../core/ofTarget.ts";
import { relationKey } from "../core/relation.ts";
import { relationsAround } from "../core/relationsAround.ts";
import type { DbRequest, Journal, JournalEntry, Suspended } from "../core/request.ts";
import type { ResultTable } from "../core/resultTable.ts";
import type { RunStatus, StateStore } from "../core/state.ts";
import { type Answerer, answerQuestion, refusalAsAnswer } from "../execute/answerQuestion.ts";
import { createStateStore } from "../history/stateStore.ts";
import { withDeferral } from "./deferral.ts";
import { openAdapter } from "./openAdapter.ts";
import type { OpenProject } from "./openProject.ts";

/** A pinned session with a compiler: what show, compile and run-operation work with. */
export interface Database {
	readonly compiler: Compiler;
	readonly session: Session;
	readonly state: StateStore;
	/** What --defer came to mean. */
	readonly deferral: Deferral | undefined;
	/** Renders until the template asks for nothing more, each question answered on the session. */
	render<T extends { readonly kind: string }>(
		pass: (journal: Journal) => T | Suspended,
	): Promise<Exclude<T, Suspended>>;
	query(sql: string, what: string): Promise<ResultTable>;
}

export interface DatabaseOptions {
	/** The command takes --defer, for these nodes; empty: for whatever it turns to. */
	readonly defers?: ReadonlySet<NodeId>;
	/**
	 * What it is opened for, as a sentence goes on (`the catalog asks`), where a command would do without it: the reader
	 * is told so when the database is slow to answer, and a login is not tried again for minutes.
	 */
	readonly asks?: string;
	/** Told what a template had said before it failed. */
	readonly failed?: NonNullable<Journal["failed"]>;
	/** Told how the work ended, with a session of its own: that of the work may hold a transaction that failed. */
	readonly afterwards?: (session: Session, state: StateStore, status: RunStatus) => Promise<void>;
	/** Told last, while the database is open, with what was thrown; undefined: nothing. Never rejects. */
	readonly ended?: (adapter: Adapter, error: unknown) => Promise<void>;
}

/** Opens the database around some work and closes it whatever happens. */
export async function withDatabase<T>(
	invocation: Invocation,
	project: OpenProject,
	work: (database: Database) => Promise<T>,
	options: DatabaseOptions = {},
): Promise<T> {
	const adapter = await openFor(options.asks, project.config, invocation);
	const state = await createStateStore(adapter.facts.type);
	let status: RunStatus = "failed";
	let thrown: unknown;
	try {
		const { defers: selected } = options;
		const { facts, manifest } =
			selected === undefined ? project : await withDeferral(invocation, project, { selected, builds: false, adapter });
		const compiler = createCompiler({ ...facts, manifest });
		const done = await adapter.withSession((session) => {
			const { signal } = invocation;
			const query = async (sql: string, what: string): Promise<ResultTable> => {
				try {
					return await session.query(sql, [], { signal });
				} catch (error) {
					return failRefused(error, what);
				}
			};
			const answerer: Answerer = {
				session,
				dialect: adapter.dialect,
				send: (_purpose, _sql, work) => work({ signal }),
			};
			const ask = (request: DbRequest) =>
				answerQuestion(answerer, request).catch((error: unknown) =>
					refusalAsAnswer(error, error instanceof DatabaseError ? error : null),
				);
			return work({
				compiler,
				session,
				state,
				deferral: facts.deferral,
				query,
				async render(pass) {
					const entries: JournalEntry[] = [];
					const journal: Journal = {
						entries,
						append: (entry) => void entries.push(entry),
						...(options.failed === undefined ? {} : { failed: options.failed }),
					};
					for (;;) {
						const outcome = pass(journal);
						if (outcome.kind !== "suspended") return outcome as Exclude<typeof outcome, Suspended>;
						signal.throwIfAborted();
						const { request } = outcome as Suspended;
						journal.append({ kind: "exchange", request, answer: await ask(request) });
					}
				},
			});
		});
		status = "success";
		return done;
	} catch (error) {
		thrown = error;
		throw error;
	} finally {
		const { afterwards } = options;
		const ended = invocation.signal.aborted ? "cancelled" : status;
		if (afterwards !== undefined) await adapter.withSession((session) => afterwards(session, state, ended));
		await options.ended?.(adapter, thrown);
		await adapter.close();
	}
}

/** A server that answers does so before this. */
const SLOW_MS = 3000;

/** Of one template or more: `the template of model.shop.a asks`. */
export const templatesAsk = (names: readonly string[]): string =>
	names.length === 1
		? `the template of ${names[0]} asks`
		: `the templates of ${names[0]} and ${names.length - 1} more ask`;

function openFor(asks: string | undefined, config: Config, invocation: Invocation): Promise<Adapter> {
	if (asks === undefined || config.target.type === "pglite") return openAdapter(config, invocation);
	const { type, fields } = config.target;
	const waiting = setTimeout(() => {
		if (invocation.output.verbosity >= 0)
			invocation.stderr.write(`waiting for the database, which ${asks} (Ctrl-C ends)\n`);
	}, SLOW_MS);
	// Where the profile does not say how often: a run waits for minutes until Snowflake is there again, advice does not.
	const patience = type === "snowflake" && fields.connect_retries === undefined ? { connect_retries: 1 } : {};
	const asked = { ...config, target: { ...config.target, fields: { ...fields, ...patience } } };
	return openAdapter(asked, invocation).finally(() => clearTimeout(waiting));
}

/** What the database refused, as the mistake of `what`; anything else is thrown on. */
export function failRefused(error: unknown, what: string, places: DiagnosticPlaces = {}): never {
	if (!(error instanceof DatabaseError) || error.kind !== "sql") throw error;
	fail(
		"TFM-APP-009",
		{ what, message: error.message, sqlstate: error.sqlstate, detail: error.detail ?? error.hint },
		{ ...places, cause: error },
	);
}

/** References as readers see them. */
export const PUBLISHED: Binding = { relationOf: () => undefined };

/** References to candidates that the last run held back, where they still stand. */
export async function candidateBinding(database: Database, project: OpenProject): Promise<Binding> {
	const { manifest, engine } = project;
	const { state, session } = database;
	const kept = (await state.upgrade(session)) ? await state.listCandidates(session, manifest.projectName) : [];
	const rows = kept.filter((row) => isOfTarget(manifest, engine.dialect, row.node, row.target));
	const found = await relationsAround(
		session,
		rows.map((row) => row.candidate),
	);
	const there = new Set(found.map(relationKey));
	const byNode = new Map<NodeId, (typeof rows)[number]>(rows.map((row) => [row.node, row]));
	return {
		relationOf: (id) => {
			const row = byNode.get(id);
			return row !== undefined && there.has(relationKey(row.candidate)) ? row.candidate : undefined;
		},
	};
}
