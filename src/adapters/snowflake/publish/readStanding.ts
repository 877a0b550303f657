import type { Dialect, Session } from "../../../core/adapter.ts";
import { type RelationName, relationKey } from "../../../core/relation.ts";
import type { CellValue } from "../../../core/resultTable.ts";
import { cellsOf, unlessMissing } from "../catalog.ts";
import type { Standing } from "./steps.ts";

const text = (value: CellValue | undefined): string => String(value ?? "");

/** SHOW's most; a schema of more relations than that is read page by page. */
const PAGE = 10_000;

/** Up to so many relations of a schema are looked up by name: listing it would take its time with all that it holds. */
const NAMED = 1;

/**
 * What stands in the schemas of these relations, by place: one SHOW of all objects for each schema, and one of its views
 * and dynamic tables where it has any; of a single relation by its name. Schemas that are not there have none.
 */
export async function readStanding(
	session: Session,
	dialect: Dialect,
	relations: readonly RelationName[],
): Promise<ReadonlyMap<string, Standing>> {
	const found = new Map<string, Standing>();
	const schemas = new Map(relations.map((r) => [`${r.database}\0${r.schema}`, r] as const));
	for (const { database, schema } of schemas.values()) {
		const place = [database, schema]
			.filter((part) => part !== "")
			.map(dialect.quote)
			.join(".");
		const like = likeOf(dialect, [...new Set(relations.filter((r) => r.schema === schema).map((r) => r.identifier))]);
		const show = async (what: string): Promise<readonly ReadonlyMap<string, CellValue>[]> => {
			const all: ReadonlyMap<string, CellValue>[] = [];
			for (;;) {
				const last = all.at(-1);
				const from = last === undefined ? "" : ` from ${dialect.literal(text(last.get("name")))}`;
				const page = await unlessMissing(session.query(`show ${what}${like} in schema ${place} limit ${PAGE}${from}`));
				if (page === null) return all;
				all.push(...cellsOf(page));
				if (page.rows.length < PAGE) return all;
			}
		};
		const objects = await show("objects");
		const views = objects.some((cells) => text(cells.get("kind")) === "VIEW") ? await show("views") : [];
		const dynamic = objects.some(isDynamic) ? await show("dynamic tables") : [];
		const named = (list: typeof views, name: string) => list.find((cells) => text(cells.get("name")) === name);
		for (const cells of objects) {
			const name = text(cells.get("name"));
			const view = text(cells.get("kind")) === "VIEW" ? named(views, name) : undefined;
			const table = isDynamic(cells) ? named(dynamic, name) : undefined;
			found.set(relationKey({ database, schema, identifier: name }), {
				kind: table !== undefined ? "materialized_view" : text(cells.get("kind")) === "VIEW" ? "view" : "table",
				comment: text(cells.get("comment")),
				definition: view === undefined ? null : text(view.get("text")),
				secure: text(view?.get("is_secure")) === "true",
				dynamic:
					table === undefined
						? null
						: {
								targetLag: text(table.get("target_lag")),
								warehouse: text(table.get("warehouse")),
								refreshMode: text(table.get("refresh_mode")) || "AUTO",
							},
			});
		}
	}
	return found;
}

/** `_` and `%` of a name stand for more than themselves, which brings more rows than asked for and none less. */
const likeOf = (dialect: Dialect, names: readonly string[]): string =>
	names.length > NAMED || names.some((name) => name.includes("\\")) ? "" : ` like ${dialect.literal(names[0] ?? "")}`;

const isDynamic = (cells: ReadonlyMap<string, CellValue>): boolean =>
	text(cells.get("is_dynamic")).toUpperCase() === "Y";
