import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Dialect } from "../core/adapter.ts";
import type { SeedNode } from "../core/node.ts";
import type { SeedPort } from "../core/ports.ts";
import { readSeed, type SeedTable } from "./readSeed.ts";

/** Seeds as the run asks for them. A file is read and typed once per run, however often it is asked for. */
export function createSeedPort(dialect: Dialect): SeedPort {
	const tables = new Map<SeedNode, SeedTable>();
	const tableOf = (node: SeedNode): SeedTable => {
		const known = tables.get(node);
		if (known !== undefined) return known;
		const table = readSeed(join(node.root_path, node.original_file_path), node.location.file, optionsOf(node));
		tables.set(node, table);
		return table;
	};
	return {
		async hash(node) {
			const { hash, columns } = tableOf(node);
			return createHash("sha256")
				.update(JSON.stringify([hash, columns, optionsOf(node)]))
				.digest("hex");
		},
		async load({ node, session, relation, signal }) {
			const { columns, rows } = tableOf(node);
			// dbt's default on Postgres: names are quoted, so they keep the case of the header.
			const quoted = node.config.quote_columns !== false;
			const nameOf = (name: string) => (quoted ? name : dialect.fold(name));
			const list = columns.map((c) => `${dialect.quote(nameOf(c.name))} ${c.ddl}`).join(", ");
			await session.execute(`create table ${dialect.render(relation)} (${list})`, { signal });
			const loaded = await session.bulkLoad(
				{ relation, columns: columns.map((c) => nameOf(c.name)), rows: inBatches(rows) },
				{ signal },
			);
			return { rows: loaded };
		},
	};
}

function optionsOf(node: SeedNode) {
	const types = node.config.column_types;
	return {
		delimiter: typeof node.config.delimiter === "string" ? node.config.delimiter : ",",
		columnTypes: typeof types === "object" && types !== null ? (types as Record<string, string>) : {},
	};
}

async function* inBatches(rows: SeedTable["rows"]) {
	for (let from = 0; from < rows.length; from += 5000) yield rows.slice(from, from + 5000);
}
