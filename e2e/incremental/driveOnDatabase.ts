/** Drives a plan on a session, with tfm's own macros; what stands is returned. No run, no state, no publisher. */
import type { Compiler } from "../../src/compile/compiler.ts";
import { drive, PUBLISHED } from "../../src/compile/testing/testManifest.ts";
import type { Candidate, Session } from "../../src/core/adapter.ts";
import type { Plan, PlanAnswer, PlanRequest } from "../../src/core/plan.ts";
import { relationKey } from "../../src/core/relation.ts";

export interface Driven {
	readonly session: Session;
	readonly compiler: Compiler;
	readonly stands: Candidate[];
	/** The query of a model that is built anew. */
	readonly wholeSql?: string;
}

async function answer(driven: Driven, request: PlanRequest): Promise<PlanAnswer> {
	const { session, compiler } = driven;
	switch (request.kind) {
		case "execute":
			return { kind: "executed", result: await session.execute(request.sql) };
		case "query":
			return { kind: "table", table: await session.query(request.sql) };
		case "macro": {
			const refuse = (): never => {
				throw new Error(`${request.call.macro} asks the database`);
			};
			const { text, value } = drive((journal) => compiler.renderMacro(request.call, journal, PUBLISHED), refuse);
			return { kind: "rendered", text, value };
		}
		case "database": {
			if (request.request.kind !== "columns") throw new Error(request.request.kind);
			const { relation } = request.request;
			const columns = await session.listColumns([relation]);
			return { kind: "database", answer: { kind: "columns", columns: columns.get(relationKey(relation)) ?? null } };
		}
		case "compile":
			if (request.whole !== true || driven.wholeSql === undefined) throw new Error("nothing should ask for a batch");
			return { kind: "rendered", text: driven.wholeSql, value: null };
		case "transaction":
			await session.transaction(() => driveOnDatabase(driven, request.body()));
			return { kind: "done" };
		case "stands":
			driven.stands.push(request.candidate);
			return { kind: "done" };
		case "dress":
		case "warn":
			return { kind: "done" };
		default:
			throw new Error(`nothing should ask for ${request.kind}`);
	}
}

export async function driveOnDatabase<T>(driven: Driven, plan: Plan<T>): Promise<T> {
	let step = plan.next();
	while (step.done !== true) step = plan.next(await answer(driven, step.value));
	return step.value;
}
