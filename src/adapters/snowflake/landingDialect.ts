import type { LandingDialect } from "../../core/landingDialect.ts";
import { SNOWFLAKE_LANDING_MERGE } from "./landingMerge.ts";
import { SNOWFLAKE_LANDING_STAGE } from "./landingStage.ts";

/**
 * A number without a scale has none on Snowflake, so `numeric` has the twelve digits behind the point that leave room for
 * 26 before it. `bytea` comes as hexadecimal digits.
 */
export const createSnowflakeLanding = (fold: (name: string) => string): LandingDialect =>
	Object.freeze<LandingDialect>({
		types: {
			text: "VARCHAR(16777216)",
			bigint: "NUMBER(38,0)",
			integer: "NUMBER(38,0)",
			numeric: "NUMBER(38,12)",
			double: "FLOAT",
			real: "FLOAT",
			boolean: "BOOLEAN",
			date: "DATE",
			time: "TIME(9)",
			timestamp: "TIMESTAMP_NTZ(9)",
			timestamptz: "TIMESTAMP_TZ(9)",
			uuid: "VARCHAR(16777216)",
			bytea: "BINARY(8388608)",
			json: "VARIANT",
		},
		columnName: fold,
		bytesPrefix: "",
		definesInside: false,
		// What it held went with the rows.
		retype: (table, column, type) => [
			`alter table ${table} drop column ${column}`,
			`alter table ${table} add column ${column} ${type}`,
		],
		merging: SNOWFLAKE_LANDING_MERGE,
		staging: SNOWFLAKE_LANDING_STAGE,
	});
