import type { LineageProblem } from "../core/lineage.ts";
import type { AnalysisRef, KnownRelation } from "./analysis.ts";
import type { Ast, Identifier, TextPlace } from "./ast.ts";
import type { LineageValue } from "./lineageValue.ts";
import type { Columns, Intern, Scope, ScopeColumn, Source } from "./scope.ts";
import type { SqlDialect } from "./sqlDialect.ts";

/** The CTEs that a query sees, inner before outer. */
export interface CteScope {
	readonly named: Map<string, Columns>;
	readonly parent: CteScope | null;
}

/** Where an expression stands. */
export interface Frame {
	readonly scope: Scope;
	readonly ctes: CteScope | null;
	/** Columns of the select list that may be read by name here. */
	readonly aliases?: ReadonlyMap<string, LineageValue> | undefined;
	/** The alias comes before a column of the same name (order by); else after it. */
	readonly aliasFirst?: boolean;
}

/**
 * The parts of the analysis call each other (an expression holds a query, a query expressions). They meet here, each
 * file giving a function that takes the whole.
 */
export interface Resolver {
	readonly dialect: SqlDialect;
	readonly intern: Intern;
	/** A name as the database compares it. */
	fold(name: Identifier): string;
	/** The known relation of this name. */
	relation(name: readonly string[]): KnownRelation | undefined;
	/** Its columns: the same ones however often it is read. */
	columnsOf(relation: KnownRelation): readonly ScopeColumn[];
	/** Notes that a relation is read. */
	reads(id: string): void;
	remark(problem: LineageProblem, name: string, at: TextPlace | undefined, known?: readonly string[]): void;
	/** What names and queries in the tree were resolved to, see definition.ts. */
	readonly notes: Map<Ast, string>;
	/** The same for relations alone: what is left of a name in the hash of the text. */
	readonly relationNotes: Map<Ast, string>;
	/** Of a part of the tree whose names are resolved. */
	define(ast: Ast): string;
	/** Notes what decides on rows. */
	indirect(upstream: ReadonlySet<AnalysisRef>): void;
	/** A FROM source without FROM: `select` of an expression. */
	expression(ast: Ast, frame: Frame): LineageValue;
	query(ast: Ast, ctes: CteScope | null, parent: Scope | null): Columns;
	from(tables: Ast, scope: Scope, ctes: CteScope | null): void;
	star(sources: readonly Source[], options: Ast, frame: Frame): Columns & { readonly columns: readonly ScopeColumn[] };
}
