import type { Session } from "../core/adapter.ts";
import type { CompareDialect } from "../core/compareDialect.ts";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { type GraphNode, isStored } from "../core/node.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import { storedName } from "../core/storedName.ts";
import { type ColumnProfile, proposeTests, type TableProfile } from "../quality/columnProfile.ts";
import { profileText, proposalYaml } from "../report/profileText.ts";
import { isMasked, manifestFacts } from "../report/report.ts";
import { personalColumns } from "./columnLineage/personalColumns.ts";
import { nodeNamed } from "./nodeNamed.ts";
import { openAdapter } from "./openAdapter.ts";
import { openProject } from "./openProject.ts";

/** Of one scan: Postgres gives no more than 1664 values in a row, and a column has four. */
const COLUMNS_AT_ONCE = 400;
/** A list of values is looked at where there are at most so many. */
const FEW = 12;
const TEXTS = /^(text|character|varchar|boolean)/i;
/** Types without an order, or whose order says nothing to a person. */
const ORDERED =
	/^(text|character|varchar|smallint|integer|bigint|numeric|number|real|double|float|date|time|interval)/i;

/** `tfm profile MODEL`: rows, nulls, distinct values and range of each column; `--propose`: the tests that hold now, as YAML. */
export async function profileCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { extra } = invocation.flags;
	const node = nodeNamed(project, String(extra.model));
	if (!isStored(node) || node.resource_type === "test") return fail("TFM-HIST-003", { name: String(extra.model) });
	const relation = storedName(node, project.engine.dialect);
	const facts = manifestFacts(project.manifest, project.config.targetDir)(node.unique_id);
	const inherited = await personalColumns(invocation, project, node.unique_id);
	const isPersonal = (column: string): boolean => isMasked(column, facts) || inherited(column);
	const adapter = await openAdapter(project.config, invocation);
	try {
		const profile = await adapter.withSession((session) =>
			scan(session, {
				relation,
				quote: (name) => adapter.dialect.quote(name),
				distinctTexts: (expression) => adapter.dialect.comparing.distinctTexts(expression),
				rendered: adapter.dialect.building.nameOf(relation),
				isPersonal,
			}),
		);
		if (profile === null) return fail("TFM-HIST-004", { name: node.name, relation: relation.identifier });
		const proposed = proposeTests(profile);
		const text =
			extra.output === "json"
				? `${JSON.stringify({ v: 1, node: node.unique_id, ...profile, proposed }, null, 2)}\n`
				: extra.propose === true
					? proposalYaml(sectionOf(node), node.name, proposed)
					: profileText(profile);
		invocation.stdout.write(text);
		return 0;
	} finally {
		await adapter.close();
	}
}

const sectionOf = ({ resource_type: type }: GraphNode): string =>
	type === "seed" ? "seeds" : type === "snapshot" ? "snapshots" : "models";

interface Scanned {
	readonly relation: RelationName;
	readonly rendered: string;
	readonly quote: (name: string) => string;
	readonly distinctTexts: CompareDialect["distinctTexts"];
	readonly isPersonal: (column: string) => boolean;
}

/** The values of the one row that `expressions` give, `each` of them to a column: a scan for every 400 columns. */
async function scanOf(
	session: Session,
	from: string,
	expressions: readonly string[],
	each: number,
): Promise<unknown[]> {
	const values: unknown[] = [];
	for (let at = 0; at < expressions.length; at += each * COLUMNS_AT_ONCE) {
		const some = expressions.slice(at, at + each * COLUMNS_AT_ONCE);
		const { rows } = await session.query(`select ${some.join(", ")} from ${from}`);
		values.push(...(rows[0] ?? []));
	}
	return values;
}

/** One scan for all columns (for each 400), and one for the values of those that have few; null where there is no such relation. */
async function scan(
	session: Session,
	{ relation, rendered, quote, distinctTexts, isPersonal }: Scanned,
): Promise<TableProfile | null> {
	const columns = (await session.listColumns([relation])).get(relationKey(relation));
	if (columns === undefined) return null;
	const shows = columns.map(({ name, type }) => ORDERED.test(type) && !isPersonal(name));
	const perColumn = columns.flatMap(({ name }, i) => {
		const column = quote(name);
		// json has no equality; its text has.
		const compared = /^(json|xml|point|polygon)/.test(columns[i]!.type) ? `${column}::text` : column;
		const ends = shows[i] === true ? [`min(${column})::text`, `max(${column})::text`] : ["null::text", "null::text"];
		return [`count(${column})::text`, `count(distinct ${compared})::text`, ...ends];
	});
	const [rowCount, ...figures] = await scanOf(session, rendered, ["count(*)::text", ...perColumn], 4);
	const count = Number(rowCount);
	const found = columns.map(({ name, type }, i) => {
		const [filled, distinct, min, max] = figures.slice(4 * i, 4 * i + 4);
		return {
			name,
			type,
			nulls: count - Number(filled),
			distinct: Number(distinct),
			min: min == null ? null : String(min),
			max: max == null ? null : String(max),
			values: [] as readonly string[],
		};
	});
	const few = found.filter((c) => TEXTS.test(c.type) && c.distinct > 0 && c.distinct <= FEW && !isPersonal(c.name));
	if (few.length === 0) return { rows: count, columns: found };
	const lists = few.map(({ name }) => distinctTexts(quote(name)));
	const values = await scanOf(session, rendered, lists, 1);
	const valuesOf = new Map(few.map(({ name }, i) => [name, JSON.parse(String(values[i])) as string[]]));
	return {
		rows: count,
		columns: found.map((column): ColumnProfile => ({ ...column, values: valuesOf.get(column.name) ?? [] })),
	};
}
