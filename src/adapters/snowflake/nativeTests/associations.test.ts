import { expect, test } from "vitest";
import { nodeId } from "../../../core/node.ts";
import { createSnowflakeDialect } from "../dialect.ts";
import { changesOf, type Standing } from "./associations.ts";
import type { Metric } from "./metric.ts";

const dialect = createSnowflakeDialect();
const NULLS = ["SNOWFLAKE", "CORE", "NULL_COUNT"];
const standing = (expectation: string): Standing => ({ function: NULLS, on: '"ID"', expectation });
const wanted = (expectation: string, expression: string): Metric => ({
	check: { test: nodeId("t"), name: "not_null", counts: { kind: "nulls", column: "id", where: null }, passes: "= 0" },
	...{ function: "snowflake.core.null_count", create: null, on: '"ID"', expectation, expression },
});
const changes = (has: readonly Standing[], wants: readonly Metric[]) =>
	changesOf({ standing: has, wanted: wants, target: "alter table t", dialect });

test("a second check of the same columns is one more expectation of the function", () => {
	expect(changes([], [wanted("TFM_A", "value = 0"), wanted("TFM_B", "value <= 5")])).toEqual({
		drop: [],
		add: [
			'alter table t add data metric function snowflake.core.null_count on ("ID") expectation TFM_A (value = 0)',
			'alter table t modify data metric function snowflake.core.null_count on ("ID") add expectation TFM_B (value <= 5)',
		],
	});
	expect(changes([standing("TFM_A")], [wanted("TFM_A", "value = 0"), wanted("TFM_B", "value <= 5")]).add).toEqual([
		'alter table t modify data metric function snowflake.core.null_count on ("ID") add expectation TFM_B (value <= 5)',
	]);
});

test("of two expectations one goes, and with the last of them the function", () => {
	const both = [standing("TFM_A"), standing("TFM_B")];
	expect(changes(both, [wanted("TFM_B", "value <= 5")])).toEqual({
		drop: [
			'alter table t modify data metric function "SNOWFLAKE"."CORE"."NULL_COUNT" on ("ID") drop expectation TFM_A',
		],
		add: [],
	});
	expect(changes(both, []).drop).toEqual([
		'alter table t drop data metric function "SNOWFLAKE"."CORE"."NULL_COUNT" on ("ID")',
	]);
});
