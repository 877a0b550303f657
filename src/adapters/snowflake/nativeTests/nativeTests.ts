import type { Dialect, NativeTests, Session } from "../../../core/adapter.ts";
import type { NativeReport, NativeResult, NativeSubject } from "../../../core/nativeTests.ts";
import type { NodeId } from "../../../core/node.ts";
import { type RelationName, relationKey } from "../../../core/relation.ts";
import { cellsOf } from "../catalog.ts";
import { putAlert } from "./alert.ts";
import { changesOf, standingExpectations } from "./associations.ts";
import { type Metric, metricOf, OURS } from "./metric.ts";

/** Results read at once; the rest is read the next time. */
const MOST_RESULTS = 10_000;

/**
 * Native tests as Data Metric Functions (ADR 0055). Everything here is written from Snowflake's documentation; nobody has
 * sent it to an account yet, which docs/snowflake.md says.
 *
 * What a relation carries is asked of Snowflake each time and compared with what is wanted, so that a table that took
 * another one's place, or that somebody changed by hand, comes out right as well. Only expectations whose names begin
 * with TFM_ are ever taken away.
 */
export function createNativeTests(dialect: Dialect): NativeTests {
	const home = dialect.quote("TFM_STATE");
	/** Functions that this process has made. */
	const made = new Set<string>();
	/** What Snowflake's functions take for the name of a relation: the whole name as a text. */
	const named = (relation: RelationName): string => dialect.literal(dialect.render(relation));
	const domainOf = ({ isView }: NativeSubject): string => (isView ? "view" : "table");

	async function metricsOf(
		session: Session,
		{ relation, checks }: NativeSubject,
	): Promise<{ readonly metrics: readonly Metric[]; readonly ordinary: ReadonlyMap<NodeId, string> }> {
		if (checks.length === 0) return { metrics: [], ordinary: new Map() };
		const parents = checks.flatMap(({ counts }) => (counts.kind === "orphans" ? [counts.parent.relation] : []));
		const columns = await session.listColumns([relation, ...parents]);
		const where = `${dialect.quote(relation.database)}.${home}`;
		const metrics: Metric[] = [];
		const ordinary = new Map<NodeId, string>();
		for (const check of checks) {
			const { counts } = check;
			const metric = metricOf(check, {
				dialect,
				home: where,
				columns: columns.get(relationKey(relation)) ?? [],
				parentColumns: counts.kind === "orphans" ? (columns.get(relationKey(counts.parent.relation)) ?? []) : [],
			});
			if (typeof metric === "string") ordinary.set(check.test, metric);
			else metrics.push(metric);
		}
		return { metrics, ordinary };
	}

	async function makeFunctions(session: Session, metrics: readonly Metric[]): Promise<void> {
		for (const { create } of metrics) {
			if (create === null || made.has(create)) continue;
			await session.execute(create);
			made.add(create);
		}
	}

	return Object.freeze({
		async put(session: Session, subject: NativeSubject): Promise<NativeReport> {
			const { relation } = subject;
			const target = `alter ${subject.isView ? "view" : "table"} ${dialect.render(relation)}`;
			const { metrics, ordinary } = await metricsOf(session, subject);
			const standing = await standingExpectations(session, dialect, relation, domainOf(subject));
			const { drop, add } = changesOf({ standing, wanted: metrics, target, dialect });
			await makeFunctions(
				session,
				metrics.filter((metric) => !standing.some(({ expectation }) => expectation === metric.expectation)),
			);
			for (const sql of drop) await session.execute(sql);
			// Snowflake wants the schedule before the first function. It is set anew each time: it cannot be asked for one by one.
			if (metrics.length > 0)
				await session.execute(`${target} set data_metric_schedule = ${dialect.literal(subject.schedule)}`);
			else if (drop.length > 0) await session.execute(`${target} unset data_metric_schedule`);
			for (const sql of add) await session.execute(sql);
			await putAlert(session, metrics.length > 0 ? subject.alert : null, {
				relation,
				dialect,
				domain: domainOf(subject),
			});
			return { ordinary };
		},

		async rest(session: Session, relation: RelationName): Promise<void> {
			await session.execute(`alter table ${dialect.render(relation)} set data_metric_schedule = ''`);
		},

		async evaluate(session: Session, subject: NativeSubject): Promise<ReadonlyMap<NodeId, number>> {
			const { metrics } = await metricsOf(session, subject);
			if (metrics.length === 0) return new Map();
			const answer = await session.query(
				`select expectation_name, value::float as value from table(system$evaluate_data_quality_expectations(ref_entity_name => ${named(subject.relation)}, skip_suspended_dmf => false))`,
			);
			const tests = new Map(metrics.map(({ expectation, check }) => [expectation, check.test]));
			const found = new Map<NodeId, number>();
			for (const cells of cellsOf(answer)) {
				const test = tests.get(String(cells.get("expectation_name")));
				const value = cells.get("value") ?? null;
				if (test !== undefined && value !== null) found.set(test, Number(value));
			}
			return found;
		},

		async results(session: Session, subject: NativeSubject, since: string): Promise<readonly NativeResult[]> {
			const { metrics } = await metricsOf(session, subject);
			if (metrics.length === 0) return [];
			const answer = await session.query(
				`select expectation_name, to_char(convert_timezone('UTC', scheduled_time), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"') as due, value::float as value
from table(snowflake.local.data_quality_monitoring_expectation_status(ref_entity_name => ${named(subject.relation)}, ref_entity_domain => '${domainOf(subject)}'))
where scheduled_time > ${dialect.literal(since)}::timestamp_tz and startswith(expectation_name, '${OURS}')
order by scheduled_time, expectation_name limit ${MOST_RESULTS}`,
			);
			const tests = new Map(metrics.map(({ expectation, check }) => [expectation, check.test]));
			return cellsOf(answer).flatMap((cells): NativeResult[] => {
				const test = tests.get(String(cells.get("expectation_name")));
				const value = cells.get("value") ?? null;
				return test === undefined
					? []
					: [{ test, at: String(cells.get("due")), value: value === null ? null : Number(value) }];
			});
		},
	});
}
