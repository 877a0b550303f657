/** The three-part name of a relation, unquoted. `database` may be empty where the engine has only one. */
export interface RelationName {
	readonly database: string;
	readonly schema: string;
	readonly identifier: string;
}

export type RelationKind = "table" | "view" | "materialized_view" | "external" | "other";

/** A relation as the catalog lists it. */
export interface RelationInfo extends RelationName {
	readonly kind: RelationKind;
	readonly owner?: string;
}

/** A column as the catalog describes it: `type` is the full printed type, `character varying(20)`. */
export interface ColumnInfo {
	readonly name: string;
	readonly type: string;
	readonly nullable: boolean;
	readonly ordinal: number;
	readonly comment?: string | null;
	/** dbt's Column fields, where the type carries them. */
	readonly charSize?: number | null;
	readonly numericPrecision?: number | null;
	readonly numericScale?: number | null;
}

/** How much a relation holds, as the catalog knows it without a look at its rows. */
export interface RelationSize {
	/** As counted last, which may be a while ago; null: never, or it is a view. */
	readonly rows: number | null;
	/** With its indexes; null: it stores nothing of its own. */
	readonly bytes: number | null;
}

/** Which parts of a name are quoted when rendered (dbt's `quoting`). */
export interface QuotePolicy {
	readonly database: boolean;
	readonly schema: boolean;
	readonly identifier: boolean;
}

/** A key for maps and sets; NUL cannot stand in an identifier. */
export const relationKey = (r: RelationName): string => `${r.database}\0${r.schema}\0${r.identifier}`;
