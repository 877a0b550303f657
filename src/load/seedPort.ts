/**
 * Seeds: a CSV file becomes a table typed as dbt types it. The hash says whether a seed must be loaded again; it is made
 * of the bytes and of the config that shapes the table, not of the parsed rows, so an unchanged seed costs one read.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Dialect } from "../core/adapter.ts";
import type { SeedNode } from "../core/node.ts";
import type { SeedPort } from "../core/ports.ts";
import { readSeed } from "./readSeed.ts";
import { digestFile } from "./textFile.ts";

/** Raised when the same file and config would give another table than before. */
const RULES = 2;

export function createSeedPort(dialect: Dialect): SeedPort {
	return {
		async hash(node) {
			const { hash } = await digestFile(join(node.root_path, node.original_file_path), node.location.file);
			return createHash("sha256")
				.update(JSON.stringify([RULES, hash, configOf(node)]))
				.digest("hex");
		},
		async load({ node, session, relation, signal }) {
			const config = configOf(node);
			// dbt's default on Postgres: names are quoted, so they keep the case of the header.
			const nameOf = (name: string) => (config.quoted ? name : dialect.fold(name));
			const path = join(node.root_path, node.original_file_path);
			const table = await readSeed(path, node.location.file, { ...config, nameOf });
			signal.throwIfAborted();
			const list = table.columns.map((c) => `${dialect.quote(nameOf(c.name))} ${c.ddl}`).join(", ");
			const columns = table.columns.map((c) => nameOf(c.name));
			return session.transaction(async () => {
				await session.execute(`create table ${dialect.render(relation)} (${list})`, { signal });
				return { rows: await session.bulkLoad({ relation, columns, rows: table.batches() }, { signal }) };
			});
		},
	};
}

function configOf(node: SeedNode) {
	const { column_types: types, delimiter, quote_columns: quote } = node.config;
	return {
		delimiter: typeof delimiter === "string" && delimiter !== "" ? delimiter : ",",
		columnTypes: typeof types === "object" && types !== null ? (types as Record<string, string>) : {},
		quoted: quote !== false,
	};
}
