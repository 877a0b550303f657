/** For the tests of publishing: a layer to publish on an empty database. */
import type { Candidate, DeltaApplication, PublishReport, PublishRequest, Session } from "../../core/adapter.ts";
import { type NodeId, nodeId } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import { createPostgresDialect } from "../postgresFamily/dialect.ts";
import { deltaOf as deltaBeside } from "../postgresFamily/publish/candidateNames.ts";
import { createPostgresPublisher } from "../postgresFamily/publish/publisher.ts";

export const PROJECT = "demo";
export const dialect = createPostgresDialect();
export const publisher = createPostgresPublisher(dialect);

export const target = (name: string, schema = "s"): RelationName => ({ database: "", schema, identifier: name });
export const standsAt = (name: string, schema = "s"): RelationName =>
	publisher.candidateOf(PROJECT, target(name, schema));
/** The rendered candidate. */
export const cand = (name: string, schema = "s"): string => dialect.render(standsAt(name, schema));
export const id = (name: string): NodeId => nodeId(`model.demo.${name}`);

export interface Model extends Partial<Omit<Candidate, "node" | "target" | "candidate" | "finalSql">> {
	readonly name: string;
	readonly schema?: string;
	/** `{x}` stands for the relation x of this layer: its candidate while building, its published name in the end. */
	readonly sql: string;
	/** Runs on the candidate after it is built, like a post-hook. */
	readonly hook?: string;
	/** `sql` gives new rows for the published table; those with the same `key` go. */
	readonly incremental?: Incremental;
}

interface Incremental {
	readonly key: string;
	/** The columns that the target will have. */
	readonly columns: readonly string[];
	readonly add?: Readonly<Record<string, string>>;
	readonly drop?: readonly string[];
}

/** The new rows of a model, beside its candidate. */
export const deltaOf = (name: string, schema?: string): RelationName => deltaBeside(standsAt(name, schema));

function applicationOf({ name, schema }: Model, { key, columns, add = {}, drop = [] }: Incremental): DeltaApplication {
	const [to, delta] = [target(name, schema), deltaOf(name, schema)].map((r) => dialect.render(r));
	const list = columns.join(", ");
	return {
		delta: deltaOf(name, schema),
		statements: [
			`delete from ${to} as t using ${delta} as d where d.${key} = t.${key}`,
			`insert into ${to} (${list}) select ${list} from ${delta}`,
		],
		addColumns: Object.entries(add).map(([column, type]) => ({ name: column, type })),
		dropColumns: drop,
	};
}

/** What the target will be, as the audit sees it. */
function futureOf({ name, schema }: Model, { key, columns, add = {} }: Incremental): string {
	const [to, delta] = [target(name, schema), deltaOf(name, schema)].map((r) => dialect.render(r));
	const old = columns.map((c) => (add[c] === undefined ? `t.${c}` : `null::${add[c]} as ${c}`)).join(", ");
	return `select ${old} from ${to} t where not exists (select from ${delta} d where d.${key} = t.${key})
		union all select ${columns.join(", ")} from ${delta}`;
}

const bind = (sql: string, models: readonly Model[], published: boolean): string =>
	sql.replace(/\{(\w+)\}/g, (_, name: string) => {
		const model = models.find((m) => m.name === name);
		return published || model === undefined ? dialect.render(target(name, model?.schema)) : cand(name, model.schema);
	});

function candidateFor(model: Model, models: readonly Model[]): Candidate {
	const { name, schema, sql, hook, incremental, ...rest } = model;
	const at = { node: id(name), candidate: standsAt(name, schema), target: target(name, schema) };
	const inputs = [...sql.matchAll(/\{(\w+)\}/g)]
		.map((m) => id(m[1]!))
		.filter((n) => models.some((m) => id(m.name) === n));
	const kind = model.kind ?? (incremental === undefined ? "table" : "view");
	return {
		publish: "swap",
		inputs,
		...rest,
		...at,
		kind,
		...(kind === "table" || incremental !== undefined ? {} : { finalSql: bind(sql, models, true) }),
		...(incremental === undefined ? {} : { apply: applicationOf(model, incremental) }),
	};
}

/** Builds and dresses all candidates of a layer, as the executor does. Returns what dressing warned of. */
export async function build(session: Session, models: readonly Model[]): Promise<readonly string[]> {
	const candidates = models.map((m) => candidateFor(m, models));
	await publisher.ensureSchemas(
		session,
		PROJECT,
		candidates.map((c) => c.target),
	);
	const warnings: string[] = [];
	for (const [i, candidate] of candidates.entries()) {
		const model = models[i]!;
		const name = dialect.render(candidate.candidate);
		const bound = bind(model.sql, models, false);
		if (model.incremental === undefined)
			await session.execute(`create ${candidate.kind.replace("_", " ")} ${name} as ${bound}`);
		else
			await session.execute(
				`create unlogged table ${dialect.render(deltaOf(model.name, model.schema))} as ${bound};
				create ${candidate.kind} ${name} as ${futureOf(model, model.incremental)}`,
			);
		if (model.hook !== undefined) await session.execute(model.hook.replaceAll("{this}", name));
		warnings.push(...(await session.transaction(() => publisher.dress(session, candidate))).warnings);
	}
	return warnings;
}

export function request(models: readonly Model[], more: Partial<PublishRequest> = {}): PublishRequest {
	const candidates = models.map((m) => candidateFor(m, models));
	return { project: PROJECT, runId: "r1", unit: "staging", candidates, record: [], lockTimeoutMs: 1000, ...more };
}

export async function publish(session: Session, models: readonly Model[]): Promise<PublishReport> {
	await build(session, models);
	return publisher.publish(session, request(models));
}

export const waysOf = (report: PublishReport): Readonly<Record<string, string>> =>
	Object.fromEntries([
		...report.ways.map((w) => [w.node.split(".")[2]!, w.way]),
		...report.refused.map((r) => [r.node.split(".")[2]!, r.reason]),
	]);

/** The rows of a query, each as its cells joined by a comma. The privilege MAINTAIN, new in 17, is left out of ACLs. */
export const rows = async (session: Session, sql: string): Promise<readonly string[]> =>
	(await session.query(sql)).rows.map((r) => r.join(",").replaceAll("arwdDxtm/", "arwdDxt/"));

/** Everything outside the shadow schemas that refers to something inside, and the relations left inside. */
export const shadowTraces = (session: Session): Promise<readonly string[]> =>
	rows(
		session,
		`select pg_describe_object(d.classid, d.objid, d.objsubid) from pg_depend d
		join pg_class r on d.refclassid = 'pg_class'::regclass and r.oid = d.refobjid join pg_namespace n on n.oid = r.relnamespace
		where n.nspname ~ '^tfm_[co]_'
		union select schemaname || '.' || viewname from pg_views where definition like '%tfm_c_%' or definition like '%tfm_o_%'
		union select nspname from pg_namespace where nspname like 'tfm\\_o\\_%'
		union select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname ~ '^tfm_[co]_'
		order by 1`,
	);
