import { isDeepStrictEqual } from "node:util";
import type { BoundStatement, Dialect, ExecuteResult, Session, StatementOptions } from "../core/adapter.ts";
import type { Binding } from "../core/compiler.ts";
import type { Plan, PlanAnswer, PlanRequest } from "../core/plan.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import { performRequest } from "./answerRequest.ts";
import { driveTemplate, emitMessages } from "./driveTemplate.ts";
import type { PlanDrive } from "./planDrive.ts";
import { bindingOf, type Run } from "./run.ts";
import { runBatch } from "./runBatch.ts";
import { runMaterialization } from "./runMaterialization.ts";
import { runOverload } from "./runOverload.ts";
import { statement, withRetries } from "./statement.ts";

const wholeBinding = (run: Run, self: RelationName | null): Binding => ({ ...bindingOf(run, self), whole: true });

/** What goes between a transaction's last statement and its commit; undefined: there is more to do, or to ask for. */
function behindLast(
	{ run, closing, record, records = false }: PlanDrive,
	{ closing: last }: Extract<PlanRequest, { kind: "execute" }>,
): readonly BoundStatement[] | undefined {
	if (closing === undefined || last === undefined) return undefined;
	const { candidate, dress, response } = last;
	if (dress && !run.bareTargets.has(relationKey(candidate.target))) return undefined;
	// What it is answered is a part of the record.
	if (response === null && records) return undefined;
	const rows = records ? record(candidate, response ?? {}) : [];
	if (!dress) return rows;
	const { building } = run.ports.adapter.dialect;
	return [...building.analyze(building.nameOf(candidate.candidate)).map((sql) => ({ sql, binds: [] })), ...rows];
}

/** For a text of several statements, which takes no binds. */
const withLiterals = ({ sql, binds }: BoundStatement, { literal }: Pick<Dialect, "literal">): string =>
	sql.replaceAll(/\$(\d+)/g, (_, number: string) => literal(binds[Number(number) - 1]!));

/** With the commit: a message for it alone would cost as much as making a small table. */
function sendLater(session: Session, statements: readonly BoundStatement[]): void {
	for (const { sql, binds } of statements) session.later(sql, binds, { own: true });
}

async function answerPlan(drive: PlanDrive, request: PlanRequest): Promise<PlanAnswer> {
	const { run, session, node } = drive;
	const { compiler, adapter, seed } = run.ports;
	const once = <T>(work: () => Promise<T>): Promise<T> => (drive.inTransaction ? work() : withRetries(run, work));
	const binding = (self: RelationName | null): Binding => bindingOf(run, self, drive.batch?.batch);
	run.signal.throwIfAborted();
	switch (request.kind) {
		case "execute": {
			const { sql, purpose } = request;
			const behind = behindLast(drive, request);
			const send = async (o: StatementOptions): Promise<ExecuteResult> => {
				if (behind === undefined || drive.closing === undefined) return session.execute(sql, o);
				const texts = behind.map((one) => withLiterals(one, adapter.dialect));
				const closed = await session.executeAndCommit?.(sql, texts, o);
				if (closed !== undefined) drive.closing.committed = request.closing;
				return closed ?? session.execute(sql, o);
			};
			const result = await once(() => statement(run, { node, purpose, sql }, send));
			if (drive.batch !== undefined && purpose === "build") {
				drive.batch.executedSql = sql;
				drive.batch.response = result.status;
			}
			return { kind: "executed", result };
		}
		case "query": {
			const { sql, purpose, last } = request;
			const limits = last === true ? { last } : {};
			const ask = (o: StatementOptions) => session.query(sql, [], { ...o, ...limits });
			const table = await once(() => statement(run, { node, purpose, sql }, ask));
			return { kind: "table", table };
		}
		case "macro": {
			const rendered = await driveTemplate(drive, (journal) =>
				compiler.renderMacro(request.call, journal, binding(request.self)),
			);
			emitMessages(run, node, rendered.messages);
			return { kind: "rendered", text: rendered.text, value: rendered.value };
		}
		case "wholeRows": {
			const rows: Binding = { ...binding(null), wholeRows: true };
			const { compiled } = await driveTemplate(drive, (journal) => compiler.compileNode(node, journal, rows));
			return { kind: "rendered", text: compiled.sql, value: null };
		}
		case "compile": {
			const bound = request.whole === true ? wholeBinding(run, request.self) : binding(request.self);
			const { compiled } = await driveTemplate(drive, (journal) => compiler.compileNode(node, journal, bound));
			if (drive.batch !== undefined && request.whole !== true) drive.batch.compiled = compiled;
			emitMessages(run, node, compiled.messages);
			return { kind: "rendered", text: compiled.sql, value: null };
		}
		case "batch":
			return { kind: "batch", failure: await runBatch(drive, request, drivePlan) };
		case "comparison": {
			const rendered = await driveTemplate(drive, (journal) =>
				compiler.renderComparison(node, request.query, journal, binding(null)),
			);
			return { kind: "rendered", text: rendered.text, value: rendered.value };
		}
		case "text": {
			const { text, label, batch = drive.batch?.batch } = request;
			const rendered = await driveTemplate(drive, (journal) =>
				compiler.renderText(text, { node, label }, journal, bindingOf(run, request.self, batch)),
			);
			emitMessages(run, node, rendered.messages);
			return { kind: "rendered", text: rendered.text, value: rendered.value };
		}
		case "database":
			return { kind: "database", answer: await once(() => performRequest(run, session, request.request, node)) };
		case "loadSeed": {
			if (drive.seed === null) throw new Error(`${node} is no seed, but its plan loads one`);
			const { remarks, ...loaded } = await seed.load({
				node: drive.seed,
				session,
				relation: request.relation,
				signal: run.signal,
			});
			for (const diagnostic of remarks) run.ports.emit({ event: "diagnostic", diagnostic }, "warn");
			return { kind: "loaded", ...loaded };
		}
		case "materialize":
			return runMaterialization(drive, request);
		case "overload":
			return { kind: "overload", failure: await runOverload(drive, request, drivePlan) };
		case "dress": {
			const undressed = run.bareTargets.has(relationKey(request.candidate.target));
			if (undressed) run.undressed.add(node);
			if (drive.closing?.committed !== undefined) return { kind: "done" };
			const { warnings } = await adapter.publisher.dress(session, { ...request.candidate, undressed });
			for (const text of warnings)
				run.ports.emit({ event: "message", text: run.toPublished(text), node_id: node, print: false }, "warn");
			return { kind: "done" };
		}
		case "warn":
			run.ports.emit({ event: "diagnostic", diagnostic: request.diagnostic }, "warn");
			return { kind: "done" };
		case "stands": {
			const { candidate, response } = request;
			const recorded = drive.closing?.committed;
			if (recorded !== undefined && isDeepStrictEqual(recorded.response, response)) return { kind: "done" };
			const record = drive.record(candidate, response);
			if (recorded === undefined) sendLater(session, record);
			// The answer was another one than was thought: what is written down says so.
			else if (record.length > 0) await session.transaction(async () => sendLater(session, record));
			return { kind: "done" };
		}
		case "transaction": {
			const { body, last = false } = request;
			const work = () => {
				const closing = drive.inTransaction ? {} : { closing: { committed: undefined } };
				return drivePlan({ ...drive, inTransaction: true, ...closing }, body());
			};
			await once(() => session.transaction(work, { mayEnd: true, last }));
			return { kind: "done" };
		}
	}
}

/** Answers what a plan asks for until it returns. What a request rejects with ends the plan. */
export async function drivePlan<T>(drive: PlanDrive, plan: Plan<T>): Promise<T> {
	let step = plan.next();
	while (step.done !== true) step = plan.next(await answerPlan(drive, step.value));
	return step.value;
}
