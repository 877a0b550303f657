/** More than tfm has texts that it sends often; one that is never the same twice must not fill the server. */
const AT_MOST = 64;

/** The statements that one connection keeps prepared, by their texts: reading and planning them is most of what they cost. */
export interface PreparedStatements {
	/** What the statement is called; not `known`: it has to be sent along. Undefined: there are too many. */
	nameOf(sql: string): { readonly name: string; readonly known: boolean } | undefined;
	/** After the answer: those that were sent along stand where nothing was refused; else they get other names next time. */
	settle(error: { readonly code?: string | undefined } | null): void;
}

/** invalid_sql_statement_name: a function of the project's has let go of all that the session had prepared. */
export const NOT_PREPARED = "26000";

/** What a session has prepared beside these. */
export const OTHERS_PREPARED = "select name from pg_catalog.pg_prepared_statements where name !~ '^tfm:[0-9]+$'";

/** A block costs the server as much as all else that puts a session back, and is seldom needed. */
export const DEALLOCATE_OTHERS = `do $$ declare p text; begin for p in ${OTHERS_PREPARED} loop execute pg_catalog.format('deallocate %I', p); end loop; end $$`;

export function createPreparedStatements(): PreparedStatements {
	const names = new Map<string, string>();
	const sent = new Map<string, string>();
	let made = 0;
	return {
		nameOf(sql) {
			const name = names.get(sql) ?? sent.get(sql);
			if (name !== undefined) return { name, known: true };
			if (names.size + sent.size >= AT_MOST) return undefined;
			const fresh = `tfm:${++made}`;
			sent.set(sql, fresh);
			return { name: fresh, known: false };
		},
		settle(error) {
			if (error === null) for (const [sql, name] of sent) names.set(sql, name);
			if (error?.code === NOT_PREPARED) names.clear();
			sent.clear();
		},
	};
}
