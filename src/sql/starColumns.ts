import type { AnalysisRef } from "./analysis.ts";
import { type Ast, field, identifier, list, variant } from "./ast.ts";
import { union } from "./lineageValue.ts";
import { mergedValue } from "./resolveName.ts";
import type { Frame, Resolver } from "./resolver.ts";
import type { Columns, ScopeColumn, Source } from "./scope.ts";

/** `*` or `t.*` over these sources, with exclude, except, rename and replace. */
export function starColumns(sources: readonly Source[], options: Ast, frame: Frame, resolver: Resolver): Columns {
	const all = allColumns(sources, frame, resolver);
	const excluded = excludedNames(options, resolver);
	const renamed = new Map<string, string>();
	for (const pair of several(field(options, "opt_rename"))) {
		const from = identifier(field(pair, "ident"));
		const to = identifier(field(pair, "alias"));
		if (from !== undefined && to !== undefined) renamed.set(resolver.fold(from), resolver.fold(to));
	}
	const replaced = new Map<string, Ast>();
	for (const item of list(field(field(options, "opt_replace"), "items"))) {
		const name = identifier(field(item, "column_name"));
		if (name !== undefined) replaced.set(resolver.fold(name), field(item, "expr"));
	}
	const kept = excluded.size === 0 ? all : all.filter((column) => !excluded.has(column.name));
	const asTheyAre = renamed.size === 0 && replaced.size === 0;
	const columns = asTheyAre
		? kept
		: kept.map((column): ScopeColumn => {
				const instead = replaced.get(column.name);
				const value =
					instead === undefined
						? column
						: { ...resolver.expression(instead, frame), definition: resolver.define(instead) };
				return { ...value, name: renamed.get(column.name) ?? column.name };
			});
	const open = sources.filter((source) => source.open);
	const opaque = open.flatMap((source) => (source.opaque === undefined ? [] : [source.opaque]));
	return {
		columns,
		open: open.length > 0,
		openTo: [...new Set(open.flatMap((source) => source.openTo))],
		...(opaque.length === 0 ? {} : { opaque: union(opaque) as ReadonlySet<AnalysisRef> }),
	};
}

/** Columns of USING stand once: in front where the dialect follows the standard, else at their first place. */
function allColumns(sources: readonly Source[], { scope }: Frame, { dialect }: Resolver): readonly ScopeColumn[] {
	const merged = sources === scope.sources ? scope.merged : new Map<string, never>();
	const [only, second] = sources;
	if (only !== undefined && second === undefined && merged.size === 0) return only.columns;
	const once = new Set<string>();
	const found: ScopeColumn[] = [];
	const addMerged = (name: string): void => {
		if (once.has(name)) return;
		once.add(name);
		found.push({ name, ...mergedValue(merged.get(name) ?? []) });
	};
	if (dialect.usingFirst) for (const name of merged.keys()) addMerged(name);
	for (const column of sources.flatMap((source) => source.columns)) {
		if (merged.has(column.name)) addMerged(column.name);
		else found.push(column);
	}
	return found;
}

function excludedNames(options: Ast, resolver: Resolver): ReadonlySet<string> {
	const except = field(options, "opt_except");
	const written = [
		...several(field(options, "opt_exclude")),
		...(except === undefined || except === null
			? []
			: [field(except, "first_element"), ...list(field(except, "additional_elements"))]),
	];
	return new Set(
		written.flatMap((name) => {
			const last = identifier(Array.isArray(name) ? name.at(-1) : name);
			return last === undefined ? [] : [resolver.fold(last)];
		}),
	);
}

/** `{ Single: x }` or `{ Multiple: [x, y] }`. */
function several(ast: Ast): readonly Ast[] {
	const [kind, body] = variant(ast) ?? [];
	return kind === "Single" ? [body] : kind === "Multiple" ? list(body) : [];
}
