/**
 * Names in the database (spec 2.7): the custom names of the config go through generate_database_name,
 * generate_schema_name and generate_alias_name, whoever defines them. A layer's schema and database are the default
 * custom names of its nodes.
 */
import type { Config, Layer } from "../core/config.ts";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import type { QuotePolicy, RelationName } from "../core/relation.ts";
import { isRecord } from "./configDefaults.ts";
import type { Draft } from "./draft.ts";
import type { ManifestPorts, NamedNode, NameKind, NameSubject } from "./ports.ts";

const custom = (value: Plain | undefined): string | null =>
	value === null || value === undefined || typeof value === "object" ? null : String(value);

export class Namer {
	readonly #config: Config;
	readonly #ports: ManifestPorts;
	readonly #problems: Diagnostic[];
	readonly #quoting: QuotePolicy;

	constructor(config: Config, ports: ManifestPorts, problems: Diagnostic[]) {
		this.#config = config;
		this.#ports = ports;
		this.#problems = problems;
		this.#quoting = { ...ports.dialect.defaultQuoting, ...config.project.quoting };
	}

	/** Fills in database, schema, alias and relation_name. */
	name(draft: Draft, layer: Layer | null): void {
		const { config } = draft;
		const node: NameSubject = {
			name: draft.name,
			package_name: draft.package_name,
			version: draft.patch?.version ?? null,
			node: () => namedNode(draft),
			locate: draft.locate,
		};
		// A test's schema is for its stored failures and is no part of a layer.
		const layered = draft.kind === "test" ? null : layer;
		const { target } = this.#config;
		draft.database = this.#ask("database", custom(config.database) ?? layered?.database ?? null, node, target.database);
		draft.schema = this.#ask("schema", custom(config.schema) ?? layered?.schema ?? null, node, target.schema);
		draft.alias = this.#ask("alias", custom(config.alias), node, draft.name);
		if (draft.kind === "snapshot") {
			draft.database = custom(config.target_database) ?? draft.database;
			draft.schema = custom(config.target_schema) ?? draft.schema;
		}
		draft.relation_name = hasRelation(draft) ? this.render(relationOf(draft), {}) : null;
		const pointer = draft.relation_name === null ? null : pointerAlias(draft, this.#config);
		if (pointer === null) return;
		const alias = this.#ask("pointer", pointer.custom, node, draft.name);
		draft.pointer = { alias, relation_name: this.render({ ...relationOf(draft), identifier: alias }, {}) };
	}

	/** The schema of a landing source that names none. */
	sourceSchema(node: NameSubject, layer: Layer): string {
		return this.#ask("schema", layer.schema, node, this.#config.target.schema);
	}

	render(relation: RelationName, quoting: PlainRecord): string {
		const { database, schema, identifier } = this.#quoting;
		const of = (key: string, fallback: boolean): boolean => {
			const value = quoting[key];
			return typeof value === "boolean" ? value : fallback;
		};
		return this.#ports.dialect.render(relation, {
			database: of("database", database),
			schema: of("schema", schema),
			identifier: of("identifier", identifier),
		});
	}

	/** A macro that fails or gives no name is reported at the node; the fallback only lets the other nodes be looked at. */
	#ask(kind: NameKind, wanted: string | null, subject: NameSubject, fallback: string): string {
		try {
			return this.#ports.generateName(kind, wanted, subject);
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			this.#problems.push(...error.diagnostics.map((d) => (d.at === undefined ? { ...d, at: subject.locate() } : d)));
			return fallback;
		}
	}
}

const relationOf = (draft: Draft): RelationName => ({
	database: draft.database,
	schema: draft.schema,
	identifier: draft.alias,
});

/**
 * The custom name that `latest_version_pointer` gives the view of a model's latest version; null where none is to be
 * made. What the config leaves open, dbt's flag latest_version_pointer_enabled_by_default decides.
 */
function pointerAlias({ kind, patch, config }: Draft, { project }: Config): { readonly custom: string | null } | null {
	if (kind !== "model" || patch?.version == null || String(patch.version) !== String(patch.latestVersion)) return null;
	const byDefault = project.flags.latest_version_pointer_enabled_by_default === true;
	const written = config.latest_version_pointer ?? null;
	const { enabled, alias } = isRecord(written) ? written : { enabled: written, alias: null };
	if ((enabled ?? byDefault) !== true) return null;
	return { custom: custom(alias)?.trim() || null };
}

/** Everything that leaves a relation behind: not ephemeral models, nor tests that store nothing. */
export function hasRelation(draft: Draft): boolean {
	switch (draft.kind) {
		case "model":
			return draft.config.materialized !== "ephemeral";
		case "seed":
		case "snapshot":
		case "function":
			return true;
		case "test":
			return draft.config.store_failures === true;
		default:
			return false;
	}
}

export const namedNode = (draft: Draft): NamedNode => ({
	unique_id: draft.unique_id,
	name: draft.name,
	package_name: draft.package_name,
	resource_type: draft.kind,
	path: draft.path,
	original_file_path: draft.original_file_path,
	fqn: draft.fqn,
	version: draft.patch?.version ?? null,
	latest_version: draft.patch?.latestVersion ?? null,
	layer: draft.layer,
	config: draft.config,
	tags: draft.tags,
	meta: draft.config.meta ?? {},
	group: draft.config.group ?? null,
	raw_code: draft.raw_code,
	...(draft.test === null ? {} : { test_metadata: draft.test.metadata, column_name: draft.test.columnName }),
});
