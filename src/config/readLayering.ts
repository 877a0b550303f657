import type { Layer, Layering, SchemaNaming } from "../core/config.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { isMapping, own, type PlainMapping, type ShapeCheck } from "../yaml/shapeCheck.ts";

const LAYER_KEYS = [
	"name",
	"path",
	"schema",
	"database",
	"gate",
	"contract",
	"keep_generations",
	"warehouse",
	"role",
	"pii",
] as const;

/** `off` and `on` are booleans in YAML 1.1. */
const gateWord = (value: Plain | undefined): Plain | undefined =>
	value === false ? "off" : value === true ? "error" : value;

/** `models/landing` and `landing` both name the folder landing under the model paths; `.` and `models` all that is left. */
function layerPath(written: string, modelPaths: readonly string[]): string {
	const path = written.replace(/^\.(\/|$)/, "").replace(/\/+$/, "");
	if (modelPaths.includes(path)) return "";
	const prefix = modelPaths.find((model) => path.startsWith(`${model}/`));
	return prefix === undefined ? path : path.slice(prefix.length + 1);
}

interface LayerPart {
	readonly value: Plain;
	readonly index: number;
	readonly check: ShapeCheck;
	readonly modelPaths: readonly string[];
	/** The project's `keep_generations`. */
	readonly keep: number;
}

function readLayer({ value, index, check, modelPaths, keep }: LayerPart): Layer | undefined {
	const at = ["layers", index];
	const long: PlainMapping | undefined = isMapping(value)
		? value
		: typeof value === "string"
			? { name: value }
			: undefined;
	if (long === undefined) {
		check.text(value ?? [], at);
		return undefined;
	}
	const where = `layers[${index}]`;
	check.knownKeys(long, at, { known: LAYER_KEYS, where });
	check.required(long, at, { key: "name", where });
	const name = check.text(own(long, "name"), [...at, "name"]);
	if (name === undefined) return undefined;
	if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
		check.problems.push(diagnostic("TFM-CONFIG-012", { name }, check.at([...at, "name"])));
	}
	const role = own(long, "role");
	if (role != null)
		check.problems.push(diagnostic("TFM-CONFIG-014", { layer: name, role: String(role) }, check.at([...at, "role"])));
	const text = (key: (typeof LAYER_KEYS)[number]): string | undefined => check.text(own(long, key), [...at, key]);
	const gates = ["error", "warn", "off"] as const;
	const pii = check.choice(own(long, "pii"), [...at, "pii"], ["allowed", "forbidden"] as const) ?? "allowed";
	const keepGenerations = check.integer(own(long, "keep_generations"), [...at, "keep_generations"]) ?? keep;
	return Object.freeze({
		name,
		path: layerPath(text("path") ?? name, modelPaths),
		schema: own(long, "schema") === null ? null : (text("schema") ?? name),
		database: text("database") ?? null,
		gate: check.choice(gateWord(own(long, "gate")), [...at, "gate"], gates) ?? "error",
		contract: check.choice(own(long, "contract"), [...at, "contract"], ["required", "optional"] as const) ?? "optional",
		warehouse: text("warehouse") ?? null,
		...(keepGenerations === 0 ? {} : { keepGenerations }),
		...(pii === "forbidden" ? { pii } : {}),
		index,
	});
}

function reportTwice(layers: readonly Layer[], what: "name" | "path", check: ShapeCheck): void {
	const seen = new Map<string, Layer>();
	for (const layer of layers) {
		const value = layer[what];
		const first = seen.get(value);
		if (first === undefined) {
			seen.set(value, layer);
			continue;
		}
		const related = [{ label: "the first", ...placeOf(check, first.index) }];
		check.problems.push(
			diagnostic(
				"TFM-CONFIG-011",
				{ what, value: value === "" ? "." : value },
				{ ...check.at(["layers", layer.index]), related },
			),
		);
	}
}

function placeOf(check: ShapeCheck, index: number) {
	const { at, source } = check.at(["layers", index]);
	if (at === undefined) throw new Error("a layer without a place");
	return source === undefined ? { at } : { at, source };
}

/** `layers:` and what governs them; null in a project without layers. */
export function readLayering(project: PlainMapping, check: ShapeCheck, modelPaths: readonly string[]): Layering | null {
	const scopes = ["lineage", "layer"] as const;
	const gateScope = check.choice(own(project, "gate_scope"), ["gate_scope"], scopes) ?? "lineage";
	const publishScope =
		check.choice(own(project, "publish_scope"), ["publish_scope"], ["layer", "run"] as const) ?? "layer";
	const publishMethod =
		check.choice(own(project, "publish_method"), ["publish_method"], ["swap", "dml"] as const) ?? "swap";
	const skipLayers =
		check.choice(own(project, "skip_layers"), ["skip_layers"], ["allowed", "error"] as const) ?? "allowed";
	const keep = check.integer(own(project, "keep_generations"), ["keep_generations"]) ?? 0;
	const listed = check.list(own(project, "layers"), ["layers"]);
	if (listed === undefined || listed.length === 0) return null;
	const layers = listed
		.map((value, index) => readLayer({ value, index, check, modelPaths, keep }))
		.filter((layer) => layer !== undefined);
	reportTwice(layers, "name", check);
	if (new Set(layers.map((layer) => layer.name)).size === layers.length) reportTwice(layers, "path", check);
	return Object.freeze({ layers: Object.freeze(layers), gateScope, publishScope, publishMethod, skipLayers });
}

export function readSchemaNaming(project: PlainMapping, check: ShapeCheck): SchemaNaming {
	const ways = ["prefix", "exact", "exact_in_prod"] as const;
	return check.choice(own(project, "schema_naming"), ["schema_naming"], ways) ?? "prefix";
}
