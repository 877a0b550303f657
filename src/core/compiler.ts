import type { Batch } from "./eventTime.ts";
import type { FreshnessReading } from "./freshness.ts";
import type { NodeId } from "./node.ts";
import type { ColumnInfo, RelationKind, RelationName } from "./relation.ts";
import type { Journal, Suspended, TemplateMessage } from "./request.ts";
import type { CellValue } from "./resultTable.ts";

/** Which relation a reference means while rendering: the candidate of a node built in this run, else undefined = published. */
export interface Binding {
	relationOf(id: NodeId): RelationName | undefined;
	/** `this`; undefined = the node's published relation. Post-hooks run with the candidate. */
	readonly self?: RelationName;
	/** A batch of a microbatch model: its inputs are read within the window, and `model.batch` says which. */
	readonly batch?: Batch;
	/** Tests are rendered as if their failures were stored, which gives whole rows where they would give one column. */
	readonly wholeRows?: boolean;
	/** An incremental model is rendered as if all of it were built anew: is_incremental() is false. */
	readonly whole?: boolean;
}

/** An ephemeral model as it stands in front of a query that reads it. */
export interface InlinedCte {
	readonly id: NodeId;
	/** ` name as (…)` */
	readonly sql: string;
	/** The ephemeral models that it reads itself. */
	readonly reads: readonly NodeId[];
	/** Unique ids of the macros that its own text called. */
	readonly macros: readonly string[];
}

export interface CompiledNode {
	readonly id: NodeId;
	/** The text to execute, under the binding's names. */
	readonly sql: string;
	/** Ephemeral models inlined, in order. */
	readonly ctes: readonly InlinedCte[];
	/** Unique ids of the macros that the node's own text called, in order. */
	readonly macros: readonly string[];
	/** Bodies of a function's other signatures, in their order; absent where it has none. */
	readonly overloads?: readonly string[];
	readonly messages: readonly TemplateMessage[];
}

export type CompileOutcome = { readonly kind: "compiled"; readonly compiled: CompiledNode } | Suspended;

/** An argument of a macro called by a plan. */
export type MacroArgument =
	| { readonly kind: "relation"; readonly relation: RelationName; readonly type?: RelationKind }
	| { readonly kind: "value"; readonly value: unknown }
	/** dbt's Column objects, as the catalog describes them. */
	| { readonly kind: "columns"; readonly columns: readonly Pick<ColumnInfo, "name" | "type">[] }
	| { readonly kind: "dict"; readonly entries: Readonly<Record<string, MacroArgument>> };

export interface MacroCall {
	/** Bare name, resolved root project first, then packages, then built-in; dispatch happens inside the macro. */
	readonly macro: string;
	readonly positional: readonly MacroArgument[];
	readonly keyword: Readonly<Record<string, MacroArgument>>;
	/** Whose context (`this`, `model`, `config`, `sql`) it runs in; null for operations. */
	readonly node: NodeId | null;
	/** `sql` in the context: the node's compiled query. */
	readonly sql?: string;
}

export type RenderOutcome =
	| {
			readonly kind: "rendered";
			readonly text: string /** value of return(), plain */;
			readonly value: unknown;
			readonly messages: readonly TemplateMessage[];
	  }
	| Suspended;

export type FreshnessOutcome =
	| {
			readonly kind: "read";
			readonly reading: FreshnessReading;
			readonly messages: readonly TemplateMessage[];
	  }
	| Suspended;

/** Ages by the engine's catalog; a table that it does not have has none. */
export type ChangeTimesOutcome =
	| {
			readonly kind: "read";
			readonly readings: ReadonlyMap<NodeId, FreshnessReading>;
			readonly messages: readonly TemplateMessage[];
	  }
	| Suspended;

/** A materialization that the root project or a package brings, to run in place of tfm's own. */
export interface OwnMaterialization {
	/** The macro's unique id: `macro.shop.materialization_insert_only_default`. */
	readonly macro: string;
	/** Null: it names none, which means SQL. */
	readonly supportedLanguages: readonly string[] | null;
}

/** What a materialization left behind: dbt's `return({'relations': […]})` and its statement "main". */
export type MaterializeOutcome =
	| {
			readonly kind: "materialized";
			/** Null: it returned nothing that names relations; `returned` shows what. */
			readonly relations: readonly RelationName[] | null;
			readonly returned: string;
			/** What the database said to the statement "main"; null when there was none. */
			readonly main: {
				readonly message: string;
				readonly code: string | null;
				readonly rowsAffected: number | null;
				/** The rows that it fetched; none where it fetched nothing. */
				readonly rows: readonly (readonly CellValue[])[];
			} | null;
			/** The text of the statement "main" as sent. */
			readonly executedSql: string | null;
			readonly messages: readonly TemplateMessage[];
	  }
	| Suspended;

/** Extra names for hooks on-run-end: `results`, `schemas`, `database_schemas`. Plain values. */
export type ExtraContext = Readonly<Record<string, unknown>>;

export interface ComparedQuery {
	readonly sql: string;
	readonly columns: readonly Pick<ColumnInfo, "name" | "type">[];
}

/** The template side as the executor sees it. Synchronous; throws TfmError for mistakes in templates. */
export interface CompilerPort {
	/** A model, test, snapshot or analysis → SQL. Suspends when the template asks the database. */
	compileNode(id: NodeId, journal: Journal, binding: Binding): CompileOutcome;
	/** The tested model over the given rows. Inputs that have a relation take the types of its columns. */
	compileUnitTest(id: NodeId, journal: Journal, binding: Binding): CompileOutcome;
	/** The query that sets what `sql` gives (a compiled unit test with these columns) beside the expected rows. */
	renderComparison(id: NodeId, query: ComparedQuery, journal: Journal, binding: Binding): RenderOutcome;
	/** How old a source is, by the macros `collect_freshness` and `collect_freshness_custom_sql`. */
	readFreshness(id: NodeId, journal: Journal, binding: Binding): FreshnessOutcome;
	/** The ages of all these sources by the macro `get_relation_last_modified`, called once for each database. */
	readChangeTimes(ids: readonly NodeId[], journal: Journal, binding: Binding): ChangeTimesOutcome;
	/** A macro by name, as plans call it. */
	renderMacro(call: MacroCall, journal: Journal, binding: Binding): RenderOutcome;
	/** A hook's or an operation's text in a node's context (null: the project's). */
	renderText(
		text: string,
		options: { readonly node: NodeId | null; readonly label: string; readonly extra?: ExtraContext },
		journal: Journal,
		binding: Binding,
	): RenderOutcome;
	/** Null: tfm builds the node itself. */
	materializationOf(id: NodeId): OwnMaterialization | null;
	/**
	 * Runs a materialization's whole template; `sql` is the node's compiled query, null for seeds. `overload`: for the
	 * function's other signature of that place, whose body `sql` is. `binding.self` is where it builds.
	 */
	materialize(
		materialization: OwnMaterialization,
		about: { readonly node: NodeId; readonly sql: string | null; readonly overload?: number },
		journal: Journal,
		binding: Binding,
	): MaterializeOutcome;
	/** True when the root project or a package defines the macro, so that a built-in shortcut must not be taken. */
	isOverridden(macro: string): boolean;
	/** True when the node's own text reads `this`. What macros read is not looked at (dbt). */
	readsThis(id: NodeId): boolean;
}
