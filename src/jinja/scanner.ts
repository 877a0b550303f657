/** Literal calls of ref, source, config and var, found without parsing or rendering. */

export interface LiteralCall {
	readonly args: readonly unknown[];
	readonly kwargs: Readonly<Record<string, unknown>>;
	readonly line: number;
	readonly column: number;
}

export interface LiteralCalls {
	readonly refs: readonly LiteralCall[];
	readonly sources: readonly LiteralCall[];
	readonly configs: readonly LiteralCall[];
	readonly vars: readonly LiteralCall[];
	readonly envVars: readonly LiteralCall[];
	/** Macros of dbt's own that were called: `is_incremental`. */
	readonly macros: readonly string[];
}

/** Null = the file needs rendering. */
export function scanLiterals(_text: string): LiteralCalls | null {
	return null;
}
