/**
 * All models of a project, in the order of the graph: the columns that are inferred for one are known to those that
 * read it. One depth of the graph at a time, so that questions go to the thread in batches.
 */
import type { Analysis, AnalysisRequest, KnownColumn, KnownRelation } from "./analysis.ts";
import { unreadable } from "./analysis.ts";
import { analysisKey } from "./analysisKey.ts";
import { bothForms, type NewColumns } from "./bothForms.ts";
import type { SqlDialectName } from "./sqlDialect.ts";

export interface ModelSql {
	readonly id: string;
	/** Database, schema, identifier; for an ephemeral model the name of its CTE. */
	readonly name: readonly string[];
	/** Null: its template could not be rendered, for this reason. */
	readonly sql: string | null;
	readonly reason?: string;
	/** What an incremental model adds to the table that is there, where that is another text. */
	readonly incremental?: { readonly sql: string; readonly added: NewColumns };
	/** Nodes that it reads by ref() and source(), and itself where it may (incremental models). */
	readonly inputs: readonly string[];
	/** Nodes whose relations its SQL names without ref() or source(). */
	readonly byHand?: readonly string[];
	/** Columns that the table has beside the query's: those of snapshots. */
	readonly added?: readonly KnownColumn[];
}

export interface AnalysisJob {
	readonly dialect: SqlDialectName;
	/** What is known without SQL: sources and seeds. */
	readonly declared: ReadonlyMap<string, KnownRelation>;
	readonly models: ReadonlyMap<string, ModelSql>;
}

/** Answers of earlier times, by what was asked. */
export interface AnalysisMemory {
	get(key: string): Analysis | undefined;
	set(key: string, analysis: Analysis): void;
}

export type Analyze = (requests: readonly AnalysisRequest[]) => Promise<readonly Analysis[]>;

export async function analyzeGraph(
	job: AnalysisJob,
	memory: AnalysisMemory,
	analyze: Analyze,
): Promise<ReadonlyMap<string, Analysis>> {
	const found = new Map<string, Analysis>();
	const known = new Map<string, KnownRelation>(job.declared);
	const ask = async (models: readonly ModelSql[], sqlOf: (model: ModelSql) => string | null | undefined) => {
		const asked: { readonly id: string; readonly key: string; readonly request: AnalysisRequest }[] = [];
		const answered = new Map<string, Analysis>();
		for (const model of models) {
			const sql = sqlOf(model);
			if (sql === null || sql === undefined) {
				answered.set(model.id, unreadable("unparsed", model.reason ?? "its template could not be rendered"));
				continue;
			}
			const referred = model.inputs.flatMap((id) => known.get(id) ?? (id === model.id ? openRelation(model) : []));
			const named = (model.byHand ?? []).flatMap((id) => known.get(id) ?? []);
			const relations = [...referred, ...named.map((relation) => ({ ...relation, byHand: true }))];
			const request: AnalysisRequest = { sql, dialect: job.dialect, relations };
			const key = analysisKey(request);
			const kept = memory.get(key);
			if (kept === undefined) asked.push({ id: model.id, key, request });
			else answered.set(model.id, kept);
		}
		const answers = asked.length === 0 ? [] : await analyze(asked.map(({ request }) => request));
		asked.forEach(({ id, key }, i) => {
			const analysis = answers[i]!;
			answered.set(id, analysis);
			// A time-out hangs on the machine; everything else on the question alone.
			if (analysis.status !== "timeout") memory.set(key, analysis);
		});
		return answered;
	};
	const learn = (models: readonly ModelSql[], answers: ReadonlyMap<string, Analysis>): void => {
		for (const model of models) {
			const analysis = answers.get(model.id)!;
			found.set(model.id, analysis);
			known.set(model.id, relationOf(model, analysis));
		}
	};
	for (const depth of depths(job.models)) {
		learn(depth, await ask(depth, ({ sql }) => sql));
		const twice = depth.filter(({ id, incremental }) => incremental !== undefined && isRead(found.get(id)!));
		// By now the table that it adds to is known.
		const later = await ask(twice, ({ incremental }) => incremental?.sql);
		const merged = twice.map(({ id, incremental }): [string, Analysis] => [
			id,
			bothForms(id, found.get(id)!, later.get(id)!, incremental!.added),
		]);
		learn(twice, new Map(merged));
	}
	return found;
}

const isRead = ({ status }: Analysis): boolean => status === "ok" || status === "partial";

const openRelation = ({ id, name }: ModelSql): KnownRelation => ({ id, name, columns: [], open: true });

function relationOf(model: ModelSql, { columns, complete }: Analysis): KnownRelation {
	const listed = [
		...columns.map(({ name, type }): KnownColumn => (type === undefined ? { name } : { name, type })),
		...(model.added ?? []),
	];
	return { id: model.id, name: model.name, columns: listed, open: !complete };
}

/** Models whose inputs all stand in an earlier group, group after group. */
function depths(models: ReadonlyMap<string, ModelSql>): readonly (readonly ModelSql[])[] {
	const readers = new Map<string, string[]>();
	const open = new Map<string, number>();
	for (const { id, inputs, byHand = [] } of models.values()) {
		const own = [...inputs, ...byHand].filter((input) => input !== id && models.has(input));
		open.set(id, new Set(own).size);
		for (const input of new Set(own)) {
			const known = readers.get(input);
			if (known === undefined) readers.set(input, [id]);
			else known.push(id);
		}
	}
	const groups: (readonly ModelSql[])[] = [];
	let ready = [...open].flatMap(([id, count]) => (count === 0 ? [id] : []));
	while (ready.length > 0) {
		groups.push(ready.map((id) => models.get(id)!));
		const next: string[] = [];
		for (const id of ready)
			for (const reader of readers.get(id) ?? []) {
				const left = open.get(reader)! - 1;
				open.set(reader, left);
				if (left === 0) next.push(reader);
			}
		ready = next;
	}
	return groups;
}
