/** How dbt's Column reads the engine's names of types; the sets hold them in lower case. */
export interface ColumnTypes {
	/** What packages see as the class: `PostgresColumn`. */
	readonly className: string;
	readonly strings: ReadonlySet<string>;
	readonly numerics: ReadonlySet<string>;
	readonly floats: ReadonlySet<string>;
	readonly integers: ReadonlySet<string>;
	/** The length of a text without one, in dbt's arithmetic. */
	readonly textSize: number;
	/** True for a text type that is written without a length where it has none. */
	readonly isUnsized: (type: string, size: number | null) => boolean;
	/** True for a type that keeps no digits behind the point without a word: a value of `1.50` is stored as 2. */
	readonly rounds: (type: string) => boolean;
	/** True for a type whose parentheses hold other types, so that no size is read from them. */
	readonly isComposite: (type: string) => boolean;
}
