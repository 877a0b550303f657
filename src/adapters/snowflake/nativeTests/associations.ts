import type { Dialect, Session } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import { cellsOf } from "../catalog.ts";
import { type Metric, OURS } from "./metric.ts";

/** An expectation that a relation carries, of tfm's own. */
export interface Standing {
	/** The function's three parts, as they are stored. */
	readonly function: readonly string[];
	/** Behind `on`, without its brackets. */
	readonly on: string;
	readonly expectation: string;
}

/** What the relation carries of tfm's; one question. */
export async function standingExpectations(
	session: Session,
	dialect: Dialect,
	relation: RelationName,
	domain: string,
): Promise<readonly Standing[]> {
	const answer = await session.query(
		`select metric_database_name, metric_schema_name, metric_name, ref_arguments, expectation_name
from table(${dialect.quote(relation.database)}.information_schema.data_metric_function_expectations(ref_entity_name => ${dialect.literal(dialect.render(relation))}, ref_entity_domain => '${domain}'))
where startswith(expectation_name, '${OURS}') order by expectation_name`,
	);
	return cellsOf(answer).map((cells) => ({
		function: ["metric_database_name", "metric_schema_name", "metric_name"].map((part) => String(cells.get(part))),
		on: argumentsOf(String(cells.get("ref_arguments") ?? "[]"), dialect),
		expectation: String(cells.get("expectation_name")),
	}));
}

interface Argument {
	readonly domain?: string;
	readonly name?: string;
	readonly nested?: readonly Argument[];
}

/** `ref_arguments`: columns by name; a table of a second argument with its own columns below it. */
function argumentsOf(json: string, { quote }: Pick<Dialect, "quote">): string {
	const written = (list: readonly Argument[]): string =>
		list
			.map(({ domain = "COLUMN", name = "", nested = [] }) =>
				domain.toUpperCase() === "COLUMN" ? quote(name) : `table ${name} (${written(nested)})`,
			)
			.join(", ");
	return written(JSON.parse(json) as readonly Argument[]);
}

/**
 * The statements that lead from what stands to what is wanted. Snowflake takes one function on the same columns once:
 * a second check of the same kind is one more expectation of it.
 */
export function changesOf(about: {
	readonly standing: readonly Standing[];
	readonly wanted: readonly Metric[];
	/** `alter table …` */
	readonly target: string;
	readonly dialect: Pick<Dialect, "quote">;
}): { readonly drop: readonly string[]; readonly add: readonly string[] } {
	const { standing, wanted, target, dialect } = about;
	const names = new Set(wanted.map(({ expectation }) => expectation));
	const stays = standing.filter(({ expectation }) => names.has(expectation));
	const place = ({ function: parts, on }: Standing): string => `${parts.map(dialect.quote).join(".")} on (${on})`;
	const kept = new Set(stays.map(place));
	const drop: string[] = [];
	const dropped = new Set<string>();
	for (const one of standing) {
		if (names.has(one.expectation)) continue;
		const at = place(one);
		if (kept.has(at)) drop.push(`${target} modify data metric function ${at} drop expectation ${one.expectation}`);
		else if (!dropped.has(at)) drop.push(`${target} drop data metric function ${at}`);
		dropped.add(at);
	}
	const there = new Set(stays.map(({ expectation }) => expectation));
	const carried = new Set(wanted.filter((m) => there.has(m.expectation)).map((m) => `${m.function} on (${m.on})`));
	const add: string[] = [];
	for (const metric of wanted) {
		if (there.has(metric.expectation)) continue;
		const at = `${metric.function} on (${metric.on})`;
		add.push(
			carried.has(at)
				? `${target} modify data metric function ${at} add expectation ${metric.expectation} (${metric.expression})`
				: `${target} add data metric function ${at} expectation ${metric.expectation} (${metric.expression})`,
		);
		carried.add(at);
	}
	return { drop, add };
}
