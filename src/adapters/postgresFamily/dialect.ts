import type { Dialect } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { QuotePolicy } from "../../core/relation.ts";
import { relationRenderer } from "../../core/renderRelation.ts";
import type { CellValue } from "../../core/resultTable.ts";
import { createPostgresBuildDialect } from "./buildDialect.ts";
import { POSTGRES_COLUMN_TYPES } from "./columnTypes.ts";
import { POSTGRES_COMPARING } from "./compareDialect.ts";
import { POSTGRES_LANDING } from "./landingDialect.ts";
import { cutToBytes } from "./publish/candidateNames.ts";
import { typeLabel } from "./typeLabels.ts";

/** NAMEDATALEN - 1. Longer names are cut silently by the server, so two of them may become one. */
const MAX_IDENTIFIER_BYTES = 63;
const QUOTE_ALL: QuotePolicy = Object.freeze({ database: true, schema: true, identifier: true });

/** Text that Postgres can hold: everything but the zero byte, which would cut a statement short on the wire. */
export function withoutZeroByte(text: string): string {
	if (text.includes("\0"))
		throw new DatabaseError('invalid byte sequence for encoding "UTF8": 0x00', { sqlstate: "22021" });
	return text;
}

/**
 * How Postgres writes names and values; shared by the embedded and the server adapter. Names are quoted unless the
 * project's `quoting` says otherwise, as dbt-postgres does, so reserved words and mixed case need no list.
 */
export function createPostgresDialect(): Dialect {
	const quote = (identifier: string): string => `"${withoutZeroByte(identifier).replaceAll('"', '""')}"`;
	const render = relationRenderer(quote);
	return Object.freeze({
		name: "postgres",
		maxIdentifierBytes: MAX_IDENTIFIER_BYTES,
		defaultQuoting: QUOTE_ALL,
		quote,
		literal(value: CellValue): string {
			if (value === null) return "null";
			if (typeof value === "boolean") return value ? "true" : "false";
			if (typeof value === "number") return Number.isFinite(value) ? String(value) : `'${value}'::float8`;
			const body = withoutZeroByte(value).replaceAll("'", "''");
			// E'' so that a backslash means itself whatever standard_conforming_strings says.
			return body.includes("\\") ? `E'${body.replaceAll("\\", "\\\\")}'` : `'${body}'`;
		},
		render,
		// A server refuses to create them; the embedded database, whose role may alter the system, would not.
		isReservedSchema: (name: string): boolean => name.startsWith("pg_"),
		/** Only ASCII letters fold in a UTF-8 database (downcase_identifier). */
		fold: (identifier: string): string => identifier.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
		storedDatabase: (name: string): string => name,
		readsDatabases: false,
		storedSchema: (name: string): string => cutToBytes(name, MAX_IDENTIFIER_BYTES),
		keepsChangeTimes: false,
		readsOneMoment: "set transaction isolation level repeatable read, read only",
		upToDateType: "materialized_view",
		columnTypes: POSTGRES_COLUMN_TYPES,
		building: createPostgresBuildDialect(quote, render),
		landing: POSTGRES_LANDING,
		comparing: POSTGRES_COMPARING,
		typeLabel,
	});
}
