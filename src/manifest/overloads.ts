import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { FunctionOverload } from "../core/node.ts";
import type { Draft } from "./draft.ts";

/**
 * Files that hold another signature of a function, named by `overloads: [{defined_in: …}]`, are no functions of their
 * own: they are taken out of the list, and the function gets their bodies and all that these read (dbt). A file that is
 * not there, or that belongs to another function, is a mistake (TFM-PARSE-054).
 */
export function takeOverloads(drafts: readonly Draft[], problems: Diagnostic[]): readonly Draft[] {
	const functions = new Map(
		drafts.filter(({ kind }) => kind === "function").map((draft) => [`${draft.package_name}.${draft.name}`, draft]),
	);
	const owners = new Map<Draft, Draft>();
	for (const root of functions.values()) {
		const listed = root.patch?.signature?.overloads ?? [];
		if (listed.length === 0) continue;
		root.overloads = listed.flatMap((overload, i): readonly FunctionOverload[] => {
			const body = functions.get(`${root.package_name}.${overload.defined_in}`);
			const owner = body === undefined ? undefined : owners.get(body);
			if (body === undefined || body === root || owner !== undefined) {
				problems.push(misplaced(root, i, { defined_in: overload.defined_in, itself: body === root, owner }));
				return [];
			}
			owners.set(body, root);
			root.refs = [...root.refs, ...body.refs];
			root.sources = [...root.sources, ...body.sources];
			root.functions = [...root.functions, ...body.functions];
			const body_at = { file: body.file, line: body.code_line, column: body.code_column };
			return [{ ...overload, raw_body: body.raw_code, body_at }];
		});
	}
	return owners.size === 0 ? drafts : drafts.filter((draft) => !owners.has(draft));
}

function misplaced(
	{ name, patch }: Draft,
	index: number,
	about: { readonly defined_in: string; readonly itself: boolean; readonly owner: Draft | undefined },
): Diagnostic {
	const { defined_in, itself, owner } = about;
	const [problem, hint, dbt] = itself
		? [
				"lists itself among its overloads",
				"leave it out: its own signature stands above",
				`Function '${name}' cannot list itself in overloads (defined_in: '${defined_in}').`,
			]
		: owner !== undefined
			? [
					`has the overload "${defined_in}", which is one of ${owner.name} already`,
					"give each signature a file of its own",
					`Function overload '${defined_in}' (defined_in) is already used by '${owner.unique_id}'. Each overload file can only belong to one root function.`,
				]
			: [
					`has the overload "${defined_in}", whose file is missing`,
					`write its body into functions/${defined_in}.sql`,
					`Function overload '${defined_in}' (defined_in) not found. Expected a SQL file at functions/${defined_in}.sql`,
				];
	const facts = { function: name, problem, hint, dbt };
	return diagnostic("TFM-PARSE-054", facts, patch?.entry.at(["overloads", index, "defined_in"]));
}
