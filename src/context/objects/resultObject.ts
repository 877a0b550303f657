/** What `results` holds for hooks at the end of a run: dbt's result objects, with `to_dict()` of them and of their nodes. */
import type { GraphNode } from "../../core/node.ts";
import { bindArguments, HostFunction, PyDict, truthy, type Value } from "../../jinja/jinja.ts";
import { dateTimeFromIso } from "../modules/datetime.ts";
import { LazyMapping, viewOf } from "./lazyMapping.ts";
import { LazyData, type Nulls, RecordData } from "./mappingData.ts";
import { nodeFields } from "./nodeView.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A node's configuration as an object of dbt's: a key that nobody set is none, not undefined. */
class ConfigObject extends LazyMapping {
	override attribute(name: string): Value {
		return super.attribute(name) ?? null;
	}

	override item(key: Value): Value {
		return super.item(key) ?? null;
	}
}

const configObject = (config: Fields): ConfigObject => new ConfigObject(new RecordData(config));

/** The keys of dbt's `to_dict()`, in its order. tfm keeps more of a result: that is read by its name. */
const KEYS = [
	"status",
	"timing",
	"thread_id",
	"execution_time",
	"adapter_response",
	"message",
	"failures",
	"node",
	"agate_table",
	"batch_results",
	"overload_results",
];

/** An object of dbt's: its fields by name, and all of them as a dict. */
class RecordObject extends LazyMapping {
	readonly #fields: Fields;
	readonly #listed: readonly string[];

	/** `objects`: what has another form by its name than in the dict. */
	constructor(fields: Fields, listed: readonly string[] = Object.keys(fields), objects: Fields = {}) {
		super(
			new LazyData(
				() => listed,
				(key) => objects[key] ?? fields[key],
			),
		);
		this.#fields = fields;
		this.#listed = listed;
	}

	override attribute(name: string): Value {
		if (name !== "to_dict") return super.attribute(name);
		return new HostFunction(name, (args) => {
			const { omit_none: omit } = bindArguments("to_dict", ["omit_none?"], args);
			return this.#asDict(truthy(omit) ? "omitted" : "kept");
		});
	}

	#asDict(nulls: Nulls): PyDict {
		const shown = this.#listed.filter((key) => nulls === "kept" || this.#fields[key] != null);
		return PyDict.fromEntries(
			shown.map((key) => {
				const value = this.#fields[key];
				return [key, value instanceof RecordObject ? value.#asDict(nulls) : (viewOf(value ?? null, nulls) ?? null)];
			}),
		);
	}
}

const nodeObject = (fields: Fields): RecordObject =>
	new RecordObject(fields, Object.keys(fields), { config: configObject((fields.config ?? {}) as Fields) });

/** Moments are datetimes without a zone, and texts in the dict. */
function timingObject(timing: Fields): RecordObject {
	const moments = ["started_at", "completed_at"].flatMap((key) => {
		const text = timing[key];
		return typeof text === "string" ? [[key, dateTimeFromIso(text.replace("Z", ""))]] : [];
	});
	return new RecordObject(timing, Object.keys(timing), Object.fromEntries(moments));
}

function resultObject(result: Fields, startedAt: Date): RecordObject {
	const node = result.node as GraphNode | null | undefined;
	const built = {
		compiled: result.compiled ?? false,
		compiled_code: result.compiled_code ?? null,
		extra_ctes: [],
		extra_ctes_injected: false,
	};
	const fields = {
		agate_table: null,
		batch_results: null,
		overload_results: null,
		...result,
		node: node == null ? null : nodeObject({ ...nodeFields(node, startedAt), ...built }),
	};
	const timing = Array.isArray(result.timing) ? result.timing.map(timingObject) : [];
	return new RecordObject(fields, KEYS, { timing });
}

/** The results as a template sees them; `data` is what the executor gives under that name. */
export const resultObjects = (data: unknown, startedAt: Date): Value =>
	Array.isArray(data) ? data.map((result: Fields) => resultObject(result, startedAt)) : viewOf(data);
