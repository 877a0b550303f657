/**
 * What a rule of one's own sees of the project, as tables: a rule in SQL queries them, a function has them as
 * `project.nodes`, `project.columns`, … under the same names. This file is published as the types of `tfm-sql/rule`,
 * so it holds declarations only.
 */

export interface RuleNode {
	/** dbt's unique id: `model.shop.orders`. */
	readonly id: string;
	readonly name: string;
	/** `model`, `seed`, `snapshot`, `source`, `exposure`, … Tests are in `tests`. */
	readonly type: string;
	readonly package: string;
	/** Null in a project without layers. */
	readonly layer: string | null;
	/** Relative to the project's folder; lines count from 1. */
	readonly file: string;
	readonly line: number;
	/** Empty for what is not built. */
	readonly materialized: string;
	/** `private`, `protected` or `public`; null for what is no model. */
	readonly access: string | null;
	/** Others rely on it: `access: public`, or a model of the last layer. */
	readonly is_public: boolean;
	readonly contract_enforced: boolean;
	/** `meta: {owner: …}`, the exposure's, or the group's; null: nobody is named. */
	readonly owner: string | null;
	readonly group_name: string | null;
	readonly description: string;
	readonly tags: readonly string[];
	readonly meta: { readonly [key: string]: unknown };
	readonly config: { readonly [key: string]: unknown };
	/** The published relation; null: there is none (ephemeral models, exposures). */
	readonly database: string | null;
	readonly schema: string | null;
	readonly identifier: string | null;
	/** The template as written; null where there is none. */
	readonly raw_code: string | null;
	/** The SQL of models and snapshots; null: it is not known without a database, or there is none. */
	readonly compiled_code: string | null;
}

/** A column that the SQL gives or a property file describes. */
export interface RuleColumn {
	readonly node: string;
	readonly name: string;
	/** From 1 in the order of the table; null: described, and not known to be given by the SQL. */
	readonly position: number | null;
	/** As the analysis infers it; null: not known. */
	readonly type: string | null;
	/** `data_type` of the property file. */
	readonly declared_type: string | null;
	readonly description: string;
	readonly tags: readonly string[];
	readonly meta: { readonly [key: string]: unknown };
	/** What personal data it holds, of its own or from the columns it comes from; null: none is known. */
	readonly pii: string | null;
}

/** `child` reads `parent`. Ids; tests are not among them. */
export interface RuleEdge {
	readonly parent: string;
	readonly child: string;
}

export interface RuleTest {
	readonly id: string;
	readonly name: string;
	/** `unique`, `not_null`, `dbt_utils.…`; null for a test in a file of its own, `unit_test` for a unit test. */
	readonly kind: string | null;
	/** The node that it looks at. */
	readonly node: string | null;
	readonly column_name: string | null;
	readonly severity: string;
	readonly file: string;
}

/** Values of `from_column` go into `column_name`. */
export interface RuleColumnLineage {
	readonly node: string;
	readonly column_name: string;
	/** An id, or the written name of a relation that is no node. */
	readonly from_node: string;
	readonly from_column: string;
	/** `direct`, `cast`, `expression`, `aggregate`, `window` or `constant`. */
	readonly kind: string;
	readonly confidence: string;
}

export interface RuleProject {
	readonly name: string;
	/** Names in their order; empty without layers. */
	readonly layers: readonly string[];
	readonly nodes: readonly RuleNode[];
	readonly columns: readonly RuleColumn[];
	readonly edges: readonly RuleEdge[];
	readonly tests: readonly RuleTest[];
	readonly column_lineage: readonly RuleColumnLineage[];
}

/** What a rule says: a row of its query, or an element of what its function returns. */
export interface RuleAnswer {
	/** Id or name of a node, or null: the project as a whole. */
	readonly node?: string | null;
	readonly message: string;
	/** Where; without it the node's place. */
	readonly file?: string | null;
	readonly line?: number | null;
}

/** The default export of a rule's file. */
export type Rule = (project: RuleProject) => Iterable<RuleAnswer> | Promise<Iterable<RuleAnswer>>;
