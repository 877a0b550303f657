/** Who a name means (spec 2.8): by name and package, versions under `name.v1`, disabled nodes kept apart. */
import type { RefArgs } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import type { Draft } from "./draft.ts";
import { isEnabled, isRefable, isVersioned } from "./draft.ts";
import type { SourceDraft } from "./sourceDrafts.ts";

export type Lookup<T> =
	| { readonly kind: "found"; readonly target: T }
	| { readonly kind: "disabled"; readonly target: T }
	| { readonly kind: "ambiguous"; readonly candidates: readonly T[] }
	| { readonly kind: "missing" };

/** Per name, per package. */
type Storage<T> = Map<string, Map<string, T>>;

function store<T>(storage: Storage<T>, name: string, packageName: string, value: T): void {
	const packages = storage.get(name);
	if (packages === undefined) storage.set(name, new Map([[packageName, value]]));
	else if (!packages.has(packageName)) packages.set(packageName, value);
}

const MOST_SUGGESTIONS = 100;
const MISSING = Object.freeze({ kind: "missing" });

export class NodeIndex {
	readonly #rootPackage: string;
	readonly #ownFirst: boolean;
	readonly #nodes: Storage<Draft> = new Map();
	readonly #disabledNodes: Storage<Draft> = new Map();
	readonly #functions: Storage<Draft> = new Map();
	readonly #disabledFunctions: Storage<Draft> = new Map();
	readonly #sources: Storage<SourceDraft> = new Map();
	readonly #disabledSources: Storage<SourceDraft> = new Map();
	#names: readonly string[] | null = null;
	#suggestions = 0;

	/** `ownFirst`: dbt's flag require_ref_searches_node_package_before_root. */
	constructor(
		drafts: Iterable<Draft>,
		sources: Iterable<SourceDraft>,
		options: { rootPackage: string; ownFirst: boolean },
	) {
		this.#rootPackage = options.rootPackage;
		this.#ownFirst = options.ownFirst;
		for (const draft of drafts) {
			if (isRefable(draft.kind)) this.#add(draft);
			else if (draft.kind === "function")
				store(isEnabled(draft) ? this.#functions : this.#disabledFunctions, draft.name, draft.package_name, draft);
		}
		for (const source of sources) {
			const key = `${source.source_name}.${source.name}`;
			store(source.config.enabled === false ? this.#disabledSources : this.#sources, key, source.package_name, source);
		}
	}

	#add(draft: Draft): void {
		const storage = isEnabled(draft) ? this.#nodes : this.#disabledNodes;
		const { patch } = draft;
		if (!isVersioned(draft)) {
			store(storage, draft.name, draft.package_name, draft);
			return;
		}
		store(storage, `${draft.name}.v${patch?.version}`, draft.package_name, draft);
		if (String(patch?.version) === String(patch?.latestVersion)) store(storage, draft.name, draft.package_name, draft);
	}

	findRef(ref: RefArgs, fromPackage: string): Lookup<Draft> {
		const key = ref.version === null || ref.version === "" ? ref.name : `${ref.name}.v${ref.version}`;
		return this.#find({ live: this.#nodes, disabled: this.#disabledNodes, key, wanted: ref.package, fromPackage });
	}

	findSource(source: string, table: string, fromPackage: string): Lookup<SourceDraft> {
		const key = `${source}.${table}`;
		return this.#find({ live: this.#sources, disabled: this.#disabledSources, key, wanted: null, fromPackage });
	}

	/** One or two names, as function() takes them. */
	findFunction(names: readonly string[], fromPackage: string): Lookup<Draft> {
		const [key = "", wanted = null] = [...names].reverse();
		return this.#find({ live: this.#functions, disabled: this.#disabledFunctions, key, wanted, fromPackage });
	}

	suggestFunction(names: readonly string[]): string | undefined {
		return suggestName(names.at(-1) ?? "", this.#functions.keys());
	}

	#find<T>(search: {
		readonly live: Storage<T>;
		readonly disabled: Storage<T>;
		readonly key: string;
		readonly wanted: string | null;
		readonly fromPackage: string;
	}): Lookup<T> {
		const { live, disabled, key, wanted, fromPackage } = search;
		for (const packageName of this.#packages(wanted, fromPackage)) {
			const found = live.get(key);
			const target = packageName === null ? undefined : found?.get(packageName);
			if (target !== undefined) return { kind: "found", target };
			if (packageName === null && found !== undefined) {
				const [only, ...more] = found.values();
				if (more.length > 0) return { kind: "ambiguous", candidates: [...found.values()] };
				if (only !== undefined) return { kind: "found", target: only };
			}
		}
		const off = disabled.get(key);
		const target = wanted === null ? off?.values().next().value : off?.get(wanted);
		return target === undefined ? MISSING : { kind: "disabled", target };
	}

	/** Packages to look in, in order; null = any. */
	#packages(wanted: string | null, fromPackage: string): readonly (string | null)[] {
		if (wanted !== null) return [wanted];
		const root = this.#rootPackage;
		if (fromPackage === root) return [root, null];
		return this.#ownFirst ? [fromPackage, root, null] : [root, fromPackage, null];
	}

	/** Each costs a look at all names, so a project with thousands of missing ones gets the first hundred. */
	suggestRef(ref: RefArgs, reader: string): string | undefined {
		if (this.#suggestions++ > MOST_SUGGESTIONS) return undefined;
		this.#names ??= [...this.#nodes.keys()];
		const near = suggestName(ref.name, this.#names);
		// `rpt_people` reads `anl_people`, which was deleted: it did not mean itself.
		const own = reader.split(".")[2];
		return near !== own
			? near
			: suggestName(
					ref.name,
					this.#names.filter((name) => name !== own),
				);
	}

	/** The nearest `source.table`, as a call. */
	suggestSource(source: string, table: string): string | undefined {
		if (this.#suggestions++ > MOST_SUGGESTIONS) return undefined;
		const near = suggestName(`${source}.${table}`, this.#sources.keys());
		const found = near === undefined ? undefined : this.#sources.get(near)?.values().next().value;
		return found === undefined ? undefined : `source('${found.source_name}', '${found.name}')`;
	}
}
