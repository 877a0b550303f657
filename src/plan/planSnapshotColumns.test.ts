import { describe, expect, it } from "vitest";
import { createPostgresDialect } from "../adapters/postgresFamily/dialect.ts";
import { compareColumns } from "./planSnapshotColumns.ts";

const columns = (text: string) =>
	text.split(", ").map((column, i) => {
		const [name, ...type] = column.split(" ");
		return { name: name!, type: type.join(" "), nullable: true, ordinal: i + 1 };
	});

const { building } = createPostgresDialect();
const compare = (table: string, fresh: string) => compareColumns(building, columns(table), columns(fresh));

describe("the columns of a snapshot's changes", () => {
	it("leave out what only says what to do with a row, and add what the table does not have", () => {
		const {
			inserted,
			added,
			columns: all,
		} = compare(
			"id integer, gone text",
			"dbt_change_type text, id integer, note text, dbt_unique_key_1 integer, dbt_unique_key_2 text",
		);
		expect(inserted).toEqual(["id", "note"]);
		expect(added).toEqual([{ name: "note", type: "text" }]);
		expect(all.map((c) => [c.name, c.old, c.new])).toEqual([
			["id", true, true],
			["gone", true, false],
			["note", false, true],
		]);
	});

	it("take the table's types, as values do when they are inserted", () => {
		const { columns: all, widened } = compare("id bigint, at timestamp without time zone", "id integer, at date");
		expect(all.map((c) => c.type)).toEqual(["bigint", "timestamp without time zone"]);
		expect(widened).toEqual([]);
	});

	it.each([
		["character varying(5)", "character varying(12)", "character varying(12)"],
		["character varying(5)", "text", "character varying(256)"],
		["character varying(12)", "character varying(5)", null],
		["text", "character varying(300)", null],
		["numeric(5,2)", "numeric(9,2)", null],
	])("make %s longer for %s: %s", (table, fresh, wider) => {
		const { widened, columns: all } = compare(`c ${table}`, `c ${fresh}`);
		expect(widened).toEqual(wider === null ? [] : [{ name: "c", type: wider }]);
		expect(all[0]?.type).toBe(wider ?? table);
	});
});
