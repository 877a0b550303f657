/** What the database tells of itself, and Snowflake's and Oracle's table of one row: nobody refers to it, no person is in it. */
export const isSystemRelation = (parts: readonly string[]): boolean =>
	parts.some((part) => ["information_schema", "pg_catalog", "account_usage"].includes(part.toLowerCase())) ||
	/^(pg_|dual$)/i.test(parts.at(-1) ?? "");
