import { DatabaseError } from "../../core/databaseError.ts";

/** Where COPY met what it refuses: `File 'tfm/…/rows-0.csv.gz'…` and a line down `Row 2, column "DOCS"["DOC":2]`. */
const PLACE = /File '[^']*rows-0\.csv\.gz'[\s\S]*?\bRow (\d+), column "(?:[^"]|"")*"\["((?:[^"]|"")*)":\d+\]/;

/**
 * What COPY refuses of the rows that tfm has put there, in the words of Postgres's COPY, by which whoever sent the rows
 * finds the value: rows count from 1. The files' names are tfm's own and say nothing to anybody. In a second file (each
 * takes half a gigabyte of text) the rows before it are not known; the error stays as it is.
 */
export function placedInCopy(error: unknown, table: string): unknown {
	const found = error instanceof DatabaseError ? PLACE.exec(error.message) : null;
	if (found === null) return error;
	const { message, detail, sqlstate, sql, queryId, kind } = error as DatabaseError;
	const [said = message] = message.split("\n");
	const place = `COPY ${table}, line ${found[1]}, column ${found[2]!.replaceAll('""', '"')}`;
	return new DatabaseError(said.trim(), {
		...{ sqlstate, sql, queryId, kind },
		detail: detail === undefined ? place : `${place}: ${detail}`,
		cause: error,
	});
}
