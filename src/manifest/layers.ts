/**
 * Layers of a layered project (spec: layers, Membership). A node's layer is what its config says, else the layer whose
 * folder holds its file; sources and seeds are of the first layer; tests, snapshots and package nodes follow what they
 * read. A model may read its own and earlier layers only.
 */
import type { Layer, Layering, ProjectConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { NodeId } from "../core/node.ts";
import type { FilePlace } from "../core/parsed.ts";
import { suggestName } from "../core/suggestName.ts";
import { type Draft, labelOf } from "./draft.ts";
import { findCall, findConfigKey } from "./findCall.ts";
import type { SourceDraft } from "./sourceDrafts.ts";

export interface LayerInput {
	readonly layering: Layering;
	readonly project: ProjectConfig;
	/** Enabled ones, their `depends` resolved; `layer` is filled in. */
	readonly drafts: ReadonlyMap<NodeId, Draft>;
	readonly sources: ReadonlyMap<NodeId, SourceDraft>;
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
}

export class LayerAssigner {
	readonly #input: LayerInput;
	readonly #layers: readonly Layer[];
	readonly #byName: ReadonlyMap<string, Layer>;
	readonly #sourceLayers = new Map<NodeId, Layer>();
	readonly #assigned = new Map<NodeId, Layer | null>();

	constructor(input: LayerInput) {
		this.#input = input;
		this.#layers = input.layering.layers;
		this.#byName = new Map(this.#layers.map((layer) => [layer.name, layer]));
	}

	/** Fills in `layer` of all drafts and gives the sources' layers. */
	assign(): ReadonlyMap<NodeId, Layer> {
		for (const [id, source] of this.#input.sources) this.#sourceLayers.set(id, this.#sourceLayer(source));
		for (const draft of this.#input.drafts.values()) draft.layer = this.#layerOf(draft)?.name ?? null;
		this.#checkReads();
		this.#warnOfViews();
		return this.#sourceLayers;
	}

	#first(): Layer {
		const [first] = this.#layers;
		if (first === undefined) throw new Error("a layered project has at least one layer");
		return first;
	}

	#sourceLayer(source: SourceDraft): Layer {
		if (source.wantedLayer === null) return this.#first();
		const place = () => source.entry.at([...source.path, "layer"]);
		return this.#named(`source "${source.source_name}.${source.name}"`, source.wantedLayer, place) ?? this.#first();
	}

	#named(node: string, layer: string, place: () => FilePlace): Layer | null {
		const found = this.#byName.get(layer);
		if (found !== undefined) return found;
		const known = this.#layers.map(({ name }) => name);
		const facts = { node, layer, known, suggestion: suggestName(layer, known) };
		this.#input.problems.push(diagnostic("TFM-PARSE-020", facts, place()));
		return null;
	}

	/** What config or folder say; undefined where the inputs decide. */
	#ownLayer(draft: Draft): Layer | null | undefined {
		const { kind, package_name } = draft;
		if (kind === "analysis" || kind === "operation") return null;
		const wanted = draft.config.layer ?? null;
		if (typeof wanted === "string") return this.#named(labelOf(draft), wanted, () => configPlace(draft, "layer"));
		if (kind === "seed") return this.#first();
		if (kind === "test" || kind === "snapshot" || kind === "function" || package_name !== this.#input.project.name)
			return undefined;
		const byPath =
			this.#layers.find((layer) => layer.path !== "" && this.#holds(layer, draft.path)) ??
			this.#layers.find((layer) => layer.path === "");
		if (byPath !== undefined) return byPath;
		const facts = { node: labelOf(draft), layers: this.#layers.map(({ path }) => path) };
		this.#input.problems.push(diagnostic("TFM-PARSE-022", facts, { at: draft.locate() }));
		return null;
	}

	#holds(layer: Layer, path: string): boolean {
		return path.startsWith(`${layer.path.replace(/\/+$/, "")}/`);
	}

	/** Iterative, since a chain of package models can be long; a cycle (reported by the graph) ends at the first layer. */
	#layerOf(start: Draft): Layer | null {
		const stack: Draft[] = [start];
		const open = new Set<NodeId>();
		while (stack.length > 0) {
			const draft = stack[stack.length - 1] as Draft;
			const id = draft.unique_id;
			if (this.#assigned.has(id)) {
				stack.pop();
				continue;
			}
			const own = this.#ownLayer(draft);
			if (own !== undefined) {
				this.#assigned.set(id, own);
				continue;
			}
			if (!open.has(id)) {
				open.add(id);
				for (const input of draft.depends) {
					const next = this.#input.drafts.get(input);
					if (next !== undefined && !this.#assigned.has(input) && !open.has(input)) stack.push(next);
				}
				if (stack[stack.length - 1] !== draft) continue;
			}
			this.#assigned.set(id, this.#latestInput(draft));
		}
		return this.#assigned.get(start.unique_id) ?? null;
	}

	#latestInput(draft: Draft): Layer | null {
		let latest: Layer | null = null;
		for (const input of draft.depends) {
			const layer = this.#sourceLayers.get(input) ?? this.#assigned.get(input) ?? null;
			if (layer !== null && (latest === null || layer.index > latest.index)) latest = layer;
		}
		if (latest !== null) return latest;
		// A test that reads nothing judges the whole run, so it waits for the last layer.
		return draft.kind === "test" ? (this.#layers.at(-1) ?? null) : this.#first();
	}

	#layerById(id: NodeId): Layer | null {
		return this.#sourceLayers.get(id) ?? this.#assigned.get(id) ?? null;
	}

	#checkReads(): void {
		for (const draft of this.#input.drafts.values()) {
			if (draft.kind !== "model" && draft.kind !== "snapshot") continue;
			const own = this.#layerById(draft.unique_id);
			if (own === null) continue;
			for (const input of draft.depends) {
				const layer = this.#layerById(input);
				if (layer === null) continue;
				if (layer.index > own.index) this.#refuseLater(draft, own, input, layer);
				else if (this.#input.layering.skipLayers === "error" && layer.index < own.index - 1)
					this.#refuseSkip(draft, own, input, layer);
			}
		}
	}

	#targetLabel(id: NodeId): string {
		const draft = this.#input.drafts.get(id);
		if (draft !== undefined) return `${labelOf(draft)} (${draft.file})`;
		const source = this.#input.sources.get(id);
		return source === undefined ? id : `source "${source.source_name}.${source.name}" (${source.entry.file})`;
	}

	#readPlace(draft: Draft, input: NodeId): FilePlace {
		const target = this.#input.drafts.get(input);
		const source = this.#input.sources.get(input);
		if (source !== undefined) return findCall(draft, "source", [source.source_name, source.name]);
		return findCall(draft, "ref", [target?.name ?? ""]);
	}

	#refuseLater(draft: Draft, own: Layer, input: NodeId, layer: Layer): void {
		const target = this.#input.drafts.get(input);
		const way =
			target === undefined
				? `give the source \`layer: ${own.name}\` or an earlier one`
				: `move ${draft.file} to layer "${layer.name}" or a later one, or ${target.file} to layer "${own.name}"`;
		const facts = {
			reader: `${labelOf(draft)} (${draft.file})`,
			readerLayer: own.name,
			target: this.#targetLabel(input),
			targetLayer: layer.name,
			way,
		};
		const related = target === undefined ? [] : [{ label: "the later model", at: target.locate() }];
		this.#input.problems.push(diagnostic("TFM-PARSE-019", facts, { ...this.#readPlace(draft, input), related }));
	}

	#refuseSkip(draft: Draft, own: Layer, input: NodeId, layer: Layer): void {
		const facts = {
			reader: labelOf(draft),
			readerLayer: own.name,
			target: this.#targetLabel(input),
			targetLayer: layer.name,
			between: this.#layers[own.index - 1]?.name ?? "",
		};
		this.#input.problems.push(diagnostic("TFM-PARSE-021", facts, this.#readPlace(draft, input)));
	}

	/** A view shows rows of an earlier layer as soon as that publishes. One warning for all of them. */
	#warnOfViews(): void {
		if (this.#input.layering.publishScope === "run") return;
		const exposed: Draft[] = [];
		for (const draft of this.#input.drafts.values()) {
			if (draft.kind !== "model" || draft.config.materialized !== "view") continue;
			const own = this.#layerById(draft.unique_id);
			const isExposed = draft.depends.some((id) => {
				const layer = this.#layerById(id);
				return own !== null && layer !== null && layer.index < own.index;
			});
			if (isExposed) exposed.push(draft);
		}
		const [first] = exposed;
		if (first === undefined) return;
		const examples = exposed
			.map(({ name }) => name)
			.sort()
			.slice(0, 5);
		const facts = { count: exposed.length, examples };
		this.#input.warnings.push(diagnostic("TFM-PARSE-032", facts, { severity: "warning" }));
	}
}

/** Where a node's config sets a key: in its file, else in its property file, else the node itself. */
export function configPlace(draft: Draft, key: string): FilePlace {
	if (draft.calls.some((call) => Object.hasOwn(call, key))) {
		if (draft.test !== null && draft.test.metadata !== null) return { at: draft.locate() };
		return findConfigKey(draft, key);
	}
	const { patch } = draft;
	if (patch !== null && Object.hasOwn(patch.config, key)) {
		const nested = Object.hasOwn((patch.entry.value.config ?? {}) as object, key);
		return patch.entry.at(nested ? ["config", key] : [key]);
	}
	return { at: draft.locate() };
}
