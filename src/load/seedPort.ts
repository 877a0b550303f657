/**
 * Seeds: a CSV file becomes a table typed as dbt types it. The hash says whether a seed must be loaded again; it is made
 * of the bytes and of the config that shapes the table, not of the parsed rows, so an unchanged seed costs one read.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { BulkLoad, Dialect } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { fail } from "../core/diagnostic.ts";
import type { SeedNode } from "../core/node.ts";
import type { SeedPort } from "../core/ports.ts";
import type { CellValue, ResultColumn } from "../core/resultTable.ts";
import { guessSeed, type Sample, WrongGuess } from "./guessedSeed.ts";
import { readSeed, type SeedTable } from "./readSeed.ts";
import { remarksOnRounding } from "./seedRounding.ts";
import { strayColumnTypes } from "./strayColumnTypes.ts";
import { digestFile } from "./textFile.ts";

interface Columns {
	readonly columns: readonly { readonly name: string; readonly ddl: string }[];
}

/** Raised when the same file and config would give another table than before. */
const RULES = 2;

/** Numbers are exact ones in agate, whole or not. */
const FAMILIES: Readonly<Record<string, ResultColumn["family"]>> = {
	integer: "decimal",
	bigint: "decimal",
	numeric: "decimal",
	float8: "decimal",
	date: "date",
	"timestamp without time zone": "timestamp",
	boolean: "boolean",
};

/** `empty`: tables get their columns and no rows, the types still read from the whole file (dbt's --empty). */
export function createSeedPort(
	dialect: Dialect,
	{ empty, sample }: { readonly empty: boolean; readonly sample?: Sample },
): SeedPort {
	return {
		async hash(node) {
			const { hash } = await digestFile(join(node.root_path, node.original_file_path), node.location.file);
			return (
				createHash("sha256")
					// The place too: targets of one project may share a database, each with a table of its own.
					.update(
						JSON.stringify([
							RULES,
							hash,
							configOf(node, dialect),
							node.schema,
							node.alias,
							...(empty ? ["empty"] : []),
						]),
					)
					.digest("hex")
			);
		},
		strayTypes: (node) => strayColumnTypes(node, configOf(node, dialect)),
		async rows(node) {
			const config = configOf(node, dialect);
			checkDelimiter(node, config.delimiter);
			const table = await readSeed(join(node.root_path, node.original_file_path), node.location.file, config);
			const columns = table.columns.map(({ name, ddl }) => {
				const family = Object.hasOwn(config.columnTypes, name) ? "text" : (FAMILIES[ddl] ?? "text");
				return { name, type: family === "text" ? "text" : ddl, family } as const;
			});
			const rows: CellValue[][] = [];
			for await (const batch of table.batches())
				for (const row of batch)
					rows.push(row.map((cell, i) => (cell !== null && columns[i]?.family === "boolean" ? cell === "true" : cell)));
			return { columns, rows, rowCount: rows.length, status: `SELECT ${rows.length}` };
		},
		async load({ node, session, relation, signal }) {
			const config = configOf(node, dialect);
			checkDelimiter(node, config.delimiter);
			// dbt's default on Postgres: names are quoted, so they keep the case of the header.
			const nameOf = (name: string) => (config.quoted ? name : bareName(name, dialect));
			const path = join(node.root_path, node.original_file_path);
			const options = { ...config, nameOf };
			const create = (found: Columns) => {
				if (!config.quoted) checkUnquoted(node, found);
				signal.throwIfAborted();
				const list = found.columns.map((c) => `${dialect.quote(nameOf(c.name))} ${c.ddl}`).join(", ");
				return session.execute(`create table ${dialect.render(relation)} (${list})`, { signal });
			};
			const copy = ({ columns }: Columns, rows: BulkLoad["rows"]) =>
				session.bulkLoad({ relation, columns: columns.map((c) => nameOf(c.name)), rows }, { signal });
			// A table that stays where it was made for a wrong guess would be in the way.
			const guessed =
				empty || !dialect.landing.definesInside
					? null
					: await guessSeed({ absolute: path, file: node.location.file }, options, sample);
			if (guessed !== null) {
				const loaded = await session
					.transaction(async () => {
						await create(guessed);
						return copy(guessed, guessed.copies());
					})
					.catch((error: unknown) => {
						// What the database refuses may be a value that the type of all rows takes; if not, it is told below.
						if (error instanceof WrongGuess || (error instanceof DatabaseError && error.kind === "sql")) return null;
						throw error;
					});
				if (loaded !== null) return { ...loaded, remarks: [] };
			}
			const table = await readSeed(path, node.location.file, options);
			const columns = table.columns.map((c) => nameOf(c.name));
			try {
				return await session.transaction(async () => {
					await create(table);
					if (empty) return { rows: 0, remarks: [] };
					const loaded = await copy(table, table.copies());
					return { ...loaded, remarks: await remarksOnRounding(node, table, dialect.columnTypes) };
				});
			} catch (error) {
				return await failOnValue(error, { node, table, columns });
			}
		},
	};
}

/** `COPY raw, line 3, column amount: "x"`: a line is a row here, the header is not sent. */
const COPY_PLACE = /COPY .*, line (\d+)(?:, column (.+?)(?::|$))?/m;

/** A value that its column's type does not take is told at its place in the file (TFM-LOAD-018). */
async function failOnValue(
	error: unknown,
	seed: { readonly node: SeedNode; readonly table: SeedTable; readonly columns: readonly string[] },
): Promise<never> {
	const place = error instanceof DatabaseError && error.kind === "sql" ? COPY_PLACE.exec(error.detail ?? "") : null;
	if (place === null) throw error;
	const { node, table, columns } = seed;
	const { message } = error as DatabaseError;
	const name = place[2] ?? null;
	const index = name === null ? 0 : columns.indexOf(name);
	const found = await table.placeOf(Number(place[1]), index);
	if (found === null) throw error;
	const type = name === null ? null : (table.columns[index]?.ddl ?? null);
	return fail("TFM-LOAD-018", { seed: node.name, message, column: name, type }, { ...found, cause: error });
}

/** Python's csv module, which reads seeds in dbt, takes one character. */
function checkDelimiter(node: SeedNode, delimiter: string): void {
	if ([...delimiter].length === 1) return;
	fail("TFM-LOAD-019", { seed: node.name, delimiter }, { at: node.location });
}

/** What Postgres reads as a name without quotes; reserved words are left to pass, since ours are quoted after all. */
const UNQUOTED = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/;
/** A header that brings its own quotes: `"from"`. */
const OWN_QUOTES = /^"((?:[^"]|"")+)"$/;

/** The name that the database reads in a header's text, which dbt writes as it stands with `quote_columns: false`. */
function bareName(header: string, dialect: Dialect): string {
	const [, quoted] = OWN_QUOTES.exec(header) ?? [];
	return quoted === undefined ? dialect.fold(header) : quoted.replaceAll('""', '"');
}

/** dbt writes such names bare, and the database refuses them; one that holds the whole header shows a wrong delimiter. */
function checkUnquoted(node: SeedNode, { columns }: Columns): void {
	const names = columns.map((column) => column.name).filter((name) => !UNQUOTED.test(name) && !OWN_QUOTES.test(name));
	if (names.length > 0) fail("TFM-LOAD-020", { seed: node.name, names }, { at: node.location });
}

/** Without a word of the config dbt quotes the columns where the database's own names are quoted: not on Snowflake. */
function configOf(node: SeedNode, { defaultQuoting }: Dialect) {
	const { column_types: types, delimiter, quote_columns: quote } = node.config;
	return {
		delimiter: typeof delimiter === "string" ? delimiter : ",",
		columnTypes: typeof types === "object" && types !== null ? (types as Record<string, string>) : {},
		quoted: quote === true || (quote !== false && defaultQuoting.identifier),
	};
}
