import { createCompiler } from "../compile/compiler.ts";
import type { Adapter, Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { TestResultRow } from "../core/history.ts";
import { findNode } from "../core/manifest.ts";
import { nativeOutcome } from "../core/nativeOutcome.ts";
import type { NativeResult } from "../core/nativeTests.ts";
import { dimensionOf } from "../core/qualityDimension.ts";
import type { StateStore } from "../core/state.ts";
import { judgeTest } from "../quality/judgeTest.ts";
import { planNativeTests } from "./nativeTests.ts";
import type { OpenProject } from "./openProject.ts";
import { projectTarget } from "./projectTarget.ts";

const DAY_MS = 86_400_000;
/** How far the first look goes back. */
const FIRST_DAYS = 30;

/**
 * Reads what Data Metric Functions found on their schedule into the history, where each stands as a result of no run.
 * It looks a day further back than what it has: results come late. Remarks for relations that could not be asked.
 */
export async function readNativeResults(
	project: OpenProject,
	{ adapter, session, state, now }: { adapter: Adapter; session: Session; state: StateStore; now: Date },
): Promise<readonly Diagnostic[]> {
	const { manifest, facts, engine, config } = project;
	const compiler = createCompiler({ ...facts, manifest });
	const plan = planNativeTests({ manifest, project: config.project, dialect: engine.dialect, compiler });
	const warn = { severity: "warning" } as const;
	if (plan === null) return [];
	if (adapter.nativeTests === undefined) {
		const tests = plan.ordinary.size + [...plan.subjects.values()].reduce((n, { checks }) => n + checks.length, 0);
		return [diagnostic("TFM-NATIVE-001", { tests, engine: adapter.facts.version }, warn)];
	}
	const here = projectTarget(project);
	const last = await state.lastNativeResult(session, here);
	const since = new Date(last === null ? now.getTime() - FIRST_DAYS * DAY_MS : Date.parse(last) - DAY_MS);
	const remarks: Diagnostic[] = [];
	const rows: TestResultRow[] = [];
	for (const subject of plan.subjects.values()) {
		try {
			const found = await adapter.nativeTests.results(session, subject, since.toISOString());
			rows.push(...found.flatMap((result) => rowOf(project, result)));
		} catch (error) {
			if (!(error instanceof DatabaseError)) throw error;
			const node = findNode(manifest, subject.node)?.name ?? subject.node;
			remarks.push(diagnostic("TFM-NATIVE-006", { node, message: error.message }, warn));
		}
	}
	const statements = state.saveNativeResults(here, rows);
	if (statements.length > 0)
		await session.transaction(async () => {
			for (const { sql, binds } of statements) await session.query(sql, binds);
		});
	return remarks;
}

function rowOf({ manifest }: OpenProject, { test: id, at, value }: NativeResult): readonly TestResultRow[] {
	const test = findNode(manifest, id);
	if (test?.resource_type !== "test") return [];
	const verdict = value === null ? null : judgeTest(nativeOutcome(value, test), test, { warnError: false });
	return [
		{
			test: id,
			node: test.attached_node,
			column: test.column_name,
			layer: test.layer,
			dimension: dimensionOf(test),
			severity: String(test.config.severity ?? "error").toLowerCase(),
			status: verdict?.status ?? "error",
			failures: verdict?.failures ?? null,
			seconds: 0,
			at,
		},
	];
}
