import type { Dialect } from "../../core/adapter.ts";
import type { QuotePolicy } from "../../core/relation.ts";
import { relationRenderer } from "../../core/renderRelation.ts";
import type { CellValue } from "../../core/resultTable.ts";
import { createSnowflakeBuildDialect } from "./buildDialect.ts";
import { SNOWFLAKE_COLUMN_TYPES } from "./columnTypes.ts";
import { SNOWFLAKE_COMPARING } from "./compareDialect.ts";
import { createSnowflakeLanding } from "./landingDialect.ts";
import { typeLabel } from "./typeLabels.ts";

/** Characters, which Snowflake counts; a name of ASCII has as many bytes. */
const MAX_IDENTIFIER_BYTES = 255;
const QUOTE_NONE: QuotePolicy = Object.freeze({ database: false, schema: false, identifier: false });

/**
 * How Snowflake writes names and values.
 *
 * What a project names is written bare unless its `quoting` says otherwise (dbt-snowflake's default), so `orders` is
 * stored as `ORDERS`. What tfm names by itself is a name as it is stored, so `render` without a policy quotes it: that is
 * exact for every name, also for a reserved word, and no list of those is needed.
 */
export function createSnowflakeDialect(): Dialect {
	const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
	const render = relationRenderer(quote);
	return Object.freeze({
		name: "snowflake",
		maxIdentifierBytes: MAX_IDENTIFIER_BYTES,
		defaultQuoting: QUOTE_NONE,
		quote,
		literal(value: CellValue): string {
			if (value === null) return "null";
			if (typeof value === "boolean") return value ? "true" : "false";
			if (typeof value === "number") return Number.isFinite(value) ? String(value) : `'${floatName(value)}'::float`;
			// A backslash begins an escape in every text constant.
			return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
		},
		render,
		isReservedSchema: (name: string): boolean => name.toUpperCase() === "INFORMATION_SCHEMA",
		fold,
		storedDatabase: fold,
		readsDatabases: true,
		storedSchema: (name: string): string => name,
		keepsChangeTimes: true,
		readsOneMoment: null,
		upToDateType: "dynamic_table",
		columnTypes: SNOWFLAKE_COLUMN_TYPES,
		building: createSnowflakeBuildDialect(quote, render),
		landing: createSnowflakeLanding(fold),
		comparing: SNOWFLAKE_COMPARING,
		typeLabel,
	});
}

/** A bare name has ASCII letters only. */
const fold = (identifier: string): string => identifier.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** Snowflake's words for the floats that are no numbers. */
const floatName = (value: number): string => (Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf");
