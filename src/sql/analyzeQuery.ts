/**
 * One query → its columns, where they come from, and what looks wrong. The parts (names, expressions, FROM, stars,
 * queries) are put together here.
 */

import { createHash } from "node:crypto";
import type { LineageProblem, LineageRemark } from "../core/lineage.ts";
import type { Analysis, AnalysisRef, AnalysisRequest, KnownRelation, OutputColumn } from "./analysis.ts";
import { unreadable } from "./analysis.ts";
import { type Ast, field, isRecord, type TextPlace } from "./ast.ts";
import { canonicalText } from "./canonicalText.ts";
import { definitionsOf, shortDigest } from "./definition.ts";
import { resolveExpression } from "./expression.ts";
import { relationColumns, resolveFrom } from "./fromClause.ts";
import { resolveQuery } from "./query.ts";
import type { Resolver } from "./resolver.ts";
import type { ScopeColumn } from "./scope.ts";
import { SQL_DIALECTS } from "./sqlDialect.ts";
import { starColumns } from "./starColumns.ts";
import { suggestNames } from "./suggestNames.ts";

/** The statements of a text. Throws SqlSyntaxError for what it cannot read; anything else is a crash of the parser. */
export type ParseSql = (sql: string, dialect: string) => readonly Ast[];

/** The text is none that the parser knows: the parser itself is unharmed. */
export class SqlSyntaxError extends Error {}

export function analyzeQuery(request: AnalysisRequest, parse: ParseSql): Analysis {
	const dialect = SQL_DIALECTS[request.dialect];
	let statements: readonly Ast[];
	try {
		statements = parse(request.sql, dialect.parser);
	} catch (error) {
		if (error instanceof SqlSyntaxError) return unreadable("unparsed", error.message);
		throw error;
	}
	const [statement, second] = statements;
	if (statement === undefined) return unreadable("unparsed", "there is no statement");
	if (second !== undefined)
		return unreadable("unparsed", `there are ${statements.length} statements, expected one query`);
	const query = field(statement, "Query");
	if (!isRecord(query)) return unreadable("unparsed", "the statement is no query");
	return analyzeTree(query, request);
}

function analyzeTree(query: Ast, request: AnalysisRequest): Analysis {
	const dialect = SQL_DIALECTS[request.dialect];
	const findRelation = relationFinder(request.relations);
	const refs = new Map<string, AnalysisRef>();
	const columns = new Map<KnownRelation, readonly ScopeColumn[]>();
	const reads = new Set<string>();
	const indirect = new Set<AnalysisRef>();
	const remarks = new Map<string, LineageRemark>();
	const notes = new Map<Ast, string>();
	const relationNotes = new Map<Ast, string>();
	const resolver: Resolver = {
		dialect,
		intern(relation, column) {
			const key = `${relation}\0${column}`;
			const known = refs.get(key) ?? { node: relation, column };
			refs.set(key, known);
			return known;
		},
		fold: (name) => dialect.fold(name.value, name.quoted),
		relation: findRelation,
		columnsOf(relation) {
			const known = columns.get(relation) ?? relationColumns(relation, resolver.intern);
			columns.set(relation, known);
			return known;
		},
		reads: (id) => void reads.add(id),
		remark(problem, name, at, known = []) {
			const remark = remarkOf(problem, name, at, known);
			remarks.set(`${problem}\0${remark.line}\0${remark.column}\0${name}`, remark);
		},
		notes,
		relationNotes,
		define: (ast) => shortDigest(canonicalText(ast, dialect, notes)),
		indirect(upstream) {
			for (const ref of upstream) indirect.add(ref);
		},
		expression: (ast, frame) => resolveExpression(ast, frame, resolver),
		query(ast, ctes, parent) {
			const found = resolveQuery(ast, ctes, parent, resolver);
			notes.set(ast, `${found.rows}(${definitionsOf(found.columns)})`);
			return found;
		},
		from: (tables, scope, ctes) => resolveFrom(tables, scope, ctes, resolver),
		star: (sources, options, frame) => starColumns(sources, options, frame, resolver),
	};
	const result = resolver.query(query, null, null);
	remarkDuplicates(result.columns, resolver);
	const outputs = result.columns.map(outputColumn);
	const sure = outputs.every(({ confidence }) => confidence === "resolved" || confidence === "assumed");
	return {
		status: sure && !result.open ? "ok" : "partial",
		columns: outputs,
		complete: !result.open,
		rest: [...new Set([...result.openTo, ...[...(result.opaque ?? [])].map((ref) => ref.node)])].sort(),
		indirect: sortedRefs(indirect),
		reads: [...reads].sort(),
		remarks: [...remarks.values()].sort((a, b) => a.line - b.line || a.column - b.column || (a.name < b.name ? -1 : 1)),
		hash: createHash("sha256")
			.update(canonicalText(query, dialect, relationNotes))
			.digest("hex")
			.slice(0, 16),
		...(result.rows === undefined ? {} : { rows: shortDigest(result.rows) }),
	};
}

/** By the identifier first, as a query's own names are few and the project's many; then by what else was written. */
function relationFinder(relations: readonly KnownRelation[]): (name: readonly string[]) => KnownRelation | undefined {
	const byLast = new Map<string, KnownRelation[]>();
	for (const relation of relations) {
		const last = relation.name.at(-1) ?? "";
		byLast.set(last, [...(byLast.get(last) ?? []), relation]);
	}
	return (name) => {
		const candidates = byLast.get(name.at(-1) ?? "") ?? [];
		const fitting = candidates.filter((relation) =>
			relation.name.length === 1
				? name.length === 1
				: relation.name
						.slice(-name.length)
						.every((part, i) => part === name[name.length - relation.name.slice(-name.length).length + i]),
		);
		// A bare name is the CTE of an ephemeral model, or a table on the search path.
		return name.length === 1 ? fitting.find((relation) => relation.name.length === 1) : fitting[0];
	};
}

function remarkOf(
	problem: LineageProblem,
	name: string,
	at: TextPlace | undefined,
	known: readonly string[],
): LineageRemark {
	const bare = name.split(".").at(-1) ?? name;
	return { problem, name, known: suggestNames(bare, known), line: at?.line ?? 0, column: at?.column ?? 0 };
}

function remarkDuplicates(columns: readonly ScopeColumn[], resolver: Resolver): void {
	const seen = new Set<string>();
	for (const { name, at } of columns) {
		if (seen.has(name)) resolver.remark("duplicate_column", name, at);
		seen.add(name);
	}
}

const outputColumn = ({ name, type, kind, confidence, upstream, definition, at }: ScopeColumn): OutputColumn => ({
	name,
	...(type === undefined ? {} : { type }),
	kind,
	confidence,
	upstream: sortedRefs(upstream),
	...(definition === undefined ? {} : { definition: shortDigest(definition) }),
	...(at === undefined || at.line === 0 ? {} : { at: [at.line, at.column] }),
});

const sortedRefs = (refs: ReadonlySet<AnalysisRef>): readonly AnalysisRef[] =>
	[...refs].sort((a, b) => order(a.node, b.node) || order(a.column, b.column));

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
