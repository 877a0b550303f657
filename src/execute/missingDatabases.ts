/** What a run would build in databases that are not there: schemas are made where they are missing, databases are not. */
import type { Dialect, Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";

/** A node and the database that it stands in, as stored. */
export interface Placed {
	readonly node: { readonly name: string; readonly location: Location };
	readonly database: string;
}

/**
 * One mistake (TFM-DB-030) for each of their databases that the role cannot look into, at the place of the first node in
 * it; none where a connection reads one database only. Asked when something was refused already: each takes a listing.
 */
export async function missingDatabases(
	session: Pick<Session, "listSchemas">,
	dialect: Pick<Dialect, "readsDatabases">,
	nodes: readonly Placed[],
): Promise<readonly Diagnostic[]> {
	if (!dialect.readsDatabases) return [];
	const missing: Diagnostic[] = [];
	for (const database of [...new Set(nodes.map((one) => one.database))].sort()) {
		const inside = nodes.filter((one) => one.database === database).map(({ node }) => node);
		try {
			await session.listSchemas(database);
		} catch (error) {
			if (!(error instanceof DatabaseError) || error.kind !== "sql") throw error;
			const names = [...new Set(inside.map(({ name }) => name))];
			const facts = { database, nodes: names, said: error.message, hint: error.hint };
			missing.push(diagnostic("TFM-DB-030", facts, { at: inside[0]!.location }));
		}
	}
	return missing;
}
