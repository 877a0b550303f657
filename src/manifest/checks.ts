/** Mistakes that show only once all nodes are known: clashing names, unknown groups, incomplete snapshots and contracts. */

import type { Layer } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { GraphNode, Plain } from "../core/node.ts";
import type { YamlEntry } from "../core/parsed.ts";
import { readCall } from "../core/referenceText.ts";
import { suggestName } from "../core/suggestName.ts";
import { isRecord } from "./configDefaults.ts";
import { type Draft, isRefable, isVersioned, labelOf } from "./draft.ts";
import { configPlace } from "./layers.ts";
import type { ManifestWork } from "./manifestWork.ts";
import { listOf, textOf } from "./patches.ts";
import { recordOr, resolveConfig } from "./resolveConfig.ts";

/** Properties that enable a name which several files have, each disabled by its own configuration: dbt cannot choose. */
export function checkDisabledTwins(
	drafts: readonly Draft[],
	{ projects, problems }: Pick<ManifestWork, "projects" | "problems">,
): void {
	const groups = new Map<Draft["patch"], Draft[]>();
	for (const draft of drafts)
		if (draft.patch?.config.enabled === true && draft.test === null)
			groups.set(draft.patch, [...(groups.get(draft.patch) ?? []), draft]);
	for (const [patch, twins] of groups) {
		const isOff = ({ kind, package_name, fqn, calls }: Draft): boolean =>
			resolveConfig({ kind, package_name, fqn, yaml: null, calls }, projects).enabled === false;
		if (patch === null || twins.length < 2 || !twins.every(isOff)) continue;
		const [{ kind, name }] = twins as [Draft];
		problems.push(
			diagnostic("TFM-PARSE-056", { kind, name, count: twins.length }, patch.entry.at(["config", "enabled"])),
		);
	}
}

/** Two enabled nodes of one unique id; the first is kept. */
export function checkDuplicates(drafts: readonly Draft[], problems: Diagnostic[]): void {
	const seen = new Map<string, Draft>();
	for (const draft of drafts) {
		const first = seen.get(draft.unique_id);
		if (first === undefined) {
			seen.set(draft.unique_id, draft);
			continue;
		}
		const places = { at: draft.locate(), related: [{ label: "the other one", at: first.locate() }] };
		if (draft.kind === "test")
			problems.push(
				diagnostic(
					"TFM-PARSE-017",
					{ kind: "tests", name: draft.name, hint: "remove one of them, or give one a `name:` of its own" },
					places,
				),
			);
		else if (isVersioned(draft))
			problems.push(diagnostic("TFM-PARSE-017", { kind: "versions", name: draft.unique_id }, places));
		else
			problems.push(
				diagnostic("TFM-PARSE-003", { kind: draft.kind, name: draft.name, package: draft.package_name }, places),
			);
	}
}

/**
 * Names with spaces: an error, or with dbt's flag require_resource_names_without_spaces set to false a warning about
 * those that are only spaces.
 */
export function checkName(draft: Draft, { config, problems, warnings }: ManifestWork): void {
	// dbt looks for spaces in every name; other white space could only spoil what is referred to.
	if (!(isRefable(draft.kind) ? /\s/ : / /).test(draft.name)) return;
	const facts = {
		kind: draft.kind,
		name: draft.name,
		problem: "has a space in it",
		id: draft.unique_id,
		path: draft.original_file_path,
	};
	const tolerated = config.project.flags.require_resource_names_without_spaces === false && !/[^\S ]/.test(draft.name);
	if (tolerated)
		warnings.push(diagnostic("TFM-PARSE-027", { ...facts, tolerated }, { at: draft.locate(), severity: "warning" }));
	else problems.push(diagnostic("TFM-PARSE-027", facts, { at: draft.locate() }));
}

/** The same of sources and semantic models, where dbt's flag only makes an error of it; a source is told of once. */
export function checkSpacesInNames(
	resources: Iterable<{
		readonly entry: YamlEntry;
		readonly name: string;
		readonly unique_id: string;
		readonly source_name?: string;
	}>,
	{ config, problems, warnings }: ManifestWork,
): void {
	const strict = config.project.flags.require_source_and_semantic_model_names_without_spaces === true;
	const seen = new Set<string>();
	for (const { entry, source_name, ...resource } of resources) {
		const name = source_name ?? resource.name;
		const kind = source_name === undefined ? "semantic model" : "source";
		if (!name.includes(" ") || seen.has(`${kind} ${name}`)) continue;
		seen.add(`${kind} ${name}`);
		const place = entry.at(["name"]);
		const facts = { kind, name, problem: "has a space in it", id: resource.unique_id, path: place.at.file };
		const found = diagnostic("TFM-PARSE-027", { ...facts, tolerated: !strict }, place);
		if (strict) problems.push(found);
		else warnings.push({ ...found, severity: "warning" });
	}
}

/**
 * Seeds, snapshots and unversioned models of one package that share a name, which only an alias keeps apart: an error
 * with dbt's flag require_unique_project_resource_names. A versioned model shares its name with nothing, whatever the
 * flag says.
 */
export function checkNamesAcrossKinds(
	drafts: Iterable<Draft>,
	unique: boolean,
	{ problems, warnings }: Pick<ManifestWork, "problems" | "warnings">,
): void {
	const seen = new Map<string, Draft>();
	for (const draft of drafts) {
		if (!isRefable(draft.kind)) continue;
		const name = `${draft.package_name}.${draft.name}`;
		const first = seen.get(name);
		if (first === undefined) {
			seen.set(name, draft);
			continue;
		}
		const versions = Number(isVersioned(first)) + Number(isVersioned(draft));
		if (versions === 2) continue;
		if (versions === 0 && !unique) {
			const facts = {
				name: draft.name,
				first: first.unique_id,
				second: draft.unique_id,
				package: draft.package_name,
			};
			warnings.push(diagnostic("TFM-DEPR-011", facts, { at: draft.locate(), severity: "warning" }));
			continue;
		}
		problems.push(
			diagnostic(
				"TFM-PARSE-017",
				{ kind: "resources", name: draft.name },
				{ at: draft.locate(), related: [{ label: "the other one", at: first.locate() }] },
			),
		);
	}
}

/** What may be read from everywhere must be a relation. */
export function checkAccess(drafts: Iterable<Draft>, problems: Diagnostic[]): void {
	for (const draft of drafts) {
		if (draft.kind !== "model" || draft.config.access !== "public" || draft.config.materialized !== "ephemeral")
			continue;
		const facts = {
			node: labelOf(draft),
			key: "access",
			expected: '"protected" or "private", as it is ephemeral',
			found: '"public"',
		};
		problems.push(diagnostic("TFM-PARSE-023", facts, configPlace(draft, "access")));
	}
}

/** Two nodes that would write to one relation. */
export function checkRelations(drafts: readonly Draft[], problems: Diagnostic[]): void {
	const seen = new Map<string, Draft>();
	for (const draft of drafts) {
		if (draft.relation_name === null) continue;
		const first = seen.get(draft.relation_name);
		if (first === undefined) {
			seen.set(draft.relation_name, draft);
			continue;
		}
		const facts = { relation: draft.relation_name, first: first.unique_id, second: draft.unique_id };
		problems.push(
			diagnostic("TFM-PARSE-018", facts, {
				at: draft.locate(),
				related: [{ label: "the other one", at: first.locate() }],
			}),
		);
	}
	for (const draft of drafts) {
		const { pointer } = draft;
		const taken = pointer === null ? undefined : seen.get(pointer.relation_name);
		if (pointer === null) continue;
		if (taken === undefined) {
			seen.set(pointer.relation_name, draft);
			continue;
		}
		const facts = { model: draft.name, alias: pointer.alias, taken: taken === draft ? null : labelOf(taken) };
		problems.push(diagnostic("TFM-PARSE-061", facts, configPlace(draft, "latest_version_pointer")));
	}
}

/**
 * Landing tables and their rejects are written by loads, so no two of them, and no node, may mean one relation: rows of
 * both would be mixed, or those of one lost. Sources that somebody else fills are only read and may share one.
 */
export function checkLandingTables(
	{ nodes, sources }: Pick<Manifest, "nodes" | "sources">,
	problems: Diagnostic[],
): void {
	const written = new Map<string, { readonly id: string; readonly at: GraphNode }>();
	for (const node of nodes.values())
		if ("relation_name" in node && node.relation_name !== null && node.resource_type !== "test")
			written.set(node.relation_name, { id: node.unique_id, at: node });
	for (const source of sources.values()) {
		if (source.load === null) continue;
		const rejects = source.relation_name.replace(/("?)$/, "__rejects$1");
		const claims = [
			{ relation: source.relation_name, id: source.unique_id, at: source },
			{ relation: rejects, id: `the rejects of ${source.unique_id}`, at: source },
		];
		// Of one table two are enough to know.
		const taken = claims.find(({ relation }) => written.has(relation));
		for (const claim of claims) if (!written.has(claim.relation)) written.set(claim.relation, claim);
		if (taken === undefined) continue;
		const first = written.get(taken.relation)!;
		problems.push(
			diagnostic(
				"TFM-PARSE-018",
				{ relation: taken.relation, first: first.id, second: taken.id },
				{ at: source.location, related: [{ label: "the other one", at: first.at.location }] },
			),
		);
	}
}

export function checkGroups(drafts: Iterable<Draft>, groups: ReadonlySet<string>, problems: Diagnostic[]): void {
	const known = [...groups].sort();
	for (const draft of drafts) {
		const group = draft.config.group ?? null;
		if (typeof group !== "string" || groups.has(group)) continue;
		// A test has its model's group, which is reported there.
		if (draft.test?.metadata != null) continue;
		const facts = { node: labelOf(draft), group, known, suggestion: suggestName(group, known) };
		problems.push(diagnostic("TFM-PARSE-024", facts, configPlace(draft, "group")));
	}
}

/** What is wrong with a snapshot's configuration: the key, the problem and what to do. */
function snapshotProblem({ config }: Draft): readonly [string, string, string?] | null {
	const { strategy, unique_key, updated_at, check_cols, hard_deletes, invalidate_hard_deletes } = config;
	const isEmpty = (value: Plain | undefined): boolean => !value || (Array.isArray(value) && value.length === 0);
	if (!strategy) return ["strategy", "has no `strategy`", "set strategy='timestamp' or strategy='check'"];
	if (isEmpty(unique_key))
		return ["unique_key", "has no `unique_key`", "name the column or columns that identify a row"];
	const deletes = ["ignore", "invalidate", "new_record"];
	if (hard_deletes && invalidate_hard_deletes)
		return ["hard_deletes", "sets both `hard_deletes` and `invalidate_hard_deletes`", "remove invalidate_hard_deletes"];
	if (hard_deletes && !deletes.includes(String(hard_deletes)))
		return ["hard_deletes", `has hard_deletes "${String(hard_deletes)}"`, `write one of ${deletes.join(", ")}`];
	if (strategy === "timestamp") {
		if (!updated_at) return ["strategy", "of strategy timestamp has no `updated_at`"];
		if (check_cols)
			return ["check_cols", "of strategy timestamp has `check_cols`", "remove check_cols, or use strategy='check'"];
	}
	if (strategy !== "check") return null;
	if (isEmpty(check_cols))
		return ["strategy", "of strategy check has no `check_cols`", "set check_cols='all' or a list of columns"];
	if (typeof check_cols === "string" && check_cols !== "all")
		return ["check_cols", `has check_cols "${check_cols}"`, "write 'all' or a list of columns"];
	return null;
}

export function checkSnapshot(draft: Draft, problems: Diagnostic[]): void {
	const found = draft.kind === "snapshot" ? snapshotProblem(draft) : null;
	if (found === null) return;
	const [key, problem, hint] = found;
	problems.push(diagnostic("TFM-PARSE-028", { snapshot: draft.name, problem, hint }, configPlace(draft, key)));
}

/** The order of a function's arguments. That it says what it returns is looked at when it is created (dbt). */
export function checkFunction(draft: Draft, problems: Diagnostic[]): void {
	if (draft.kind !== "function") return;
	const { patch, name } = draft;
	const wrong = (problem: string, hint: string, dbt?: string): void => {
		const at = patch?.entry.at(["name"]) ?? { at: draft.locate() };
		problems.push(
			diagnostic("TFM-PARSE-054", { function: name, problem, hint, ...(dbt === undefined ? {} : { dbt }) }, at),
		);
	};
	const given = patch?.signature?.arguments ?? [];
	const first = given.findIndex((argument) => argument.default_value != null);
	const bare = first < 0 ? undefined : given.slice(first).find((argument) => argument.default_value == null);
	if (bare !== undefined)
		wrong(
			`has the argument "${bare.name}" without a default after one that has a default`,
			"put the arguments with a default last",
			`Non-defaulted argument '${bare.name}' of function '${name}' comes after a defaulted argument. Non-defaulted arguments cannot come after defaulted arguments. `,
		);
}

const CONSTRAINTS = ["check", "not_null", "unique", "primary_key", "foreign_key", "custom"];

/** `layer` is the model's, in a layered project. */
export function checkContract(
	draft: Draft,
	layer: Layer | null,
	{ problems, warnings }: { readonly problems: Diagnostic[]; readonly warnings: Diagnostic[] },
): void {
	if (draft.kind !== "model") return;
	const { patch, config } = draft;
	const contract = isRecord(config.contract) && config.contract.enforced === true;
	checkConstraints(draft, contract, problems);
	if (!contract) {
		if (layer?.contract === "required" && config.materialized !== "ephemeral")
			problems.push(
				diagnostic("TFM-PARSE-052", { model: draft.name, layer: layer.name }, configPlace(draft, "contract")),
			);
		return;
	}
	warnOfIgnored(draft, warnings);
	// Without properties nothing is wrong yet for dbt: the model fails when it is built.
	if (patch === null) return;
	const wrong = (problem: string, hint: string, dbt: string): void => {
		const facts = { model: draft.name, problem, hint, dbt };
		problems.push(diagnostic("TFM-PARSE-029", facts, configPlace(draft, "contract")));
	};
	const changes = config.on_schema_change;
	if (patch.columns.length === 0)
		wrong(
			"its columns are not listed",
			"list all columns with `name` and `data_type` in a property file",
			"Constraints must be defined in a `yml` schema configuration file like `schema.yml`",
		);
	else if (config.materialized === "incremental" && changes !== "append_new_columns" && changes !== "fail")
		wrong(
			`on_schema_change is ${String(changes)}`,
			"set on_schema_change to append_new_columns or fail",
			`Invalid value for on_schema_change: ${String(changes)}. Models materialized as incremental with contracts enabled must set on_schema_change to 'append_new_columns' or 'fail'`,
		);
}

/** Only tables are held to constraints. dbt looks at those of columns, and at each one's `warn_unsupported`. */
function warnOfIgnored({ patch, config, name }: Draft, warnings: Diagnostic[]): void {
	const materialized = String(config.materialized);
	if (patch === null || materialized === "table" || materialized === "incremental") return;
	for (const { record, path } of patch.columns)
		for (const [i, constraint] of listOf(record.constraints).entries()) {
			if (!isRecord(constraint) || constraint.warn_unsupported === false) continue;
			const place = { ...patch.entry.at([...path, "constraints", i]), severity: "warning" as const };
			warnings.push(diagnostic("TFM-PARSE-050", { model: name, materialized }, place));
			return;
		}
}

function checkConstraints(draft: Draft, enforced: boolean, problems: Diagnostic[]): void {
	const { patch } = draft;
	if (patch === null) return;
	if (patch.constraints.length === 0 && patch.columns.every(({ record }) => record.constraints === undefined)) return;
	const typed = (constraint: Plain): string => (isRecord(constraint) ? textOf(constraint.type) : "");
	const keyed = new Map<string, boolean>();
	const checkTarget = (to: Plain | undefined, path: readonly (string | number)[]): void => {
		if (typeof to !== "string" || to === "" || readCall(to) !== undefined) return;
		problems.push(diagnostic("TFM-PARSE-051", { model: draft.name, to }, patch.entry.at([...path, "to"])));
	};
	const check = (constraint: Plain, path: readonly (string | number)[]): void => {
		const type = typed(constraint);
		if (type === "foreign_key") checkTarget(recordOr(constraint).to, path);
		if (CONSTRAINTS.includes(type)) return;
		const facts = {
			node: labelOf(draft),
			key: "constraints",
			expected: `a mapping with a \`type\` of ${CONSTRAINTS.join(", ")}`,
			found: type === "" ? "a constraint without type" : `"${type}"`,
			suggestion: suggestName(type, CONSTRAINTS),
		};
		problems.push(diagnostic("TFM-PARSE-023", facts, patch.entry.at(path)));
	};
	for (const { record, path } of patch.columns) {
		const constraints = listOf(record.constraints);
		constraints.forEach((constraint, i) => {
			check(constraint, [...path, "constraints", i]);
		});
		// A later column of the same name replaces an earlier one.
		keyed.set(
			textOf(record.name),
			constraints.some((constraint) => typed(constraint) === "primary_key"),
		);
	}
	const keys = [...keyed].flatMap(([name, isKey]) => (isKey ? [name] : []));
	for (const [i, constraint] of patch.constraints.entries())
		if (enforced) check(constraint, ["constraints", i]);
		else if (typed(constraint) === "foreign_key") checkTarget(recordOr(constraint).to, ["constraints", i]);
	const ofModel = patch.constraints.some((constraint) => typed(constraint) === "primary_key");
	if (keys.length > 1 || (keys.length > 0 && ofModel)) {
		const [what, dbt] =
			keys.length > 1
				? [
						`a primary key on each of ${keys.join(", ")}`,
						`Found ${keys.length} columns ([${keys.map((key) => `'${key}'`).join(", ")}]) with primary key constraints defined`,
					]
				: [
						"a primary key of the model and one of a column",
						"Primary key constraints defined at the model level and the columns level",
					];
		problems.push(diagnostic("TFM-PARSE-039", { model: draft.name, what, dbt }, patch.entry.at(["columns"])));
	}
}
