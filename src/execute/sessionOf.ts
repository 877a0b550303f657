import type { SessionOptions } from "../core/adapter.ts";

/** What a node's config asks of its session: `snowflake_warehouse`, as in dbt-snowflake. */
export const sessionOf = ({ config }: { readonly config: Readonly<Record<string, unknown>> }): SessionOptions => {
	const warehouse = config.snowflake_warehouse;
	return typeof warehouse === "string" && warehouse !== "" ? { warehouse } : {};
};
