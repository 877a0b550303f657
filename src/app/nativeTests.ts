/** Which tests of a project the warehouse is to do by itself (docs/native-quality.md), and what becomes of each of them. */
import type { Dialect } from "../core/adapter.ts";
import type { CompilerPort } from "../core/compiler.ts";
import type { ProjectConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import { findNode, type Manifest } from "../core/manifest.ts";
import type { NativeAlert, NativeCheck, NativePlan, NativeSubject } from "../core/nativeTests.ts";
import type { NodeId, Plain, TestNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { storedName } from "../core/storedName.ts";
import { nativeCheckOf } from "../quality/nativeCheck.ts";

/** Snowflake's own, where nobody has said another. */
const HOURLY = "60 MINUTE";
const ON_CHANGES = "TRIGGER_ON_CHANGES";
const TIMES = /^(?:(?:5|15|30|60|720|1440) MINUTES?|USING CRON \S+ \S+ \S+ \S+ \S+ \S+)$/i;

interface Settings {
	readonly schedule: string;
	readonly alert: NativeAlert | null;
}

type Mapping = { readonly [key: string]: Plain };

const isMapping = (value: unknown): value is Mapping =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Collects what is wrong with the settings. */
class Reader {
	readonly mistakes: Diagnostic[] = [];

	refuse(about: { node: string; key: string; value: unknown; expected: string }, at?: Diagnostic["at"]): void {
		const facts = { ...about, value: JSON.stringify(about.value) };
		this.mistakes.push(diagnostic("TFM-NATIVE-003", facts, at === undefined ? {} : { at }));
	}

	keys(written: Mapping, known: readonly string[], node: string, at?: Diagnostic["at"]): void {
		for (const key of Object.keys(written))
			if (!known.includes(key))
				this.refuse({ node, key, value: written[key], expected: `a key that exists: ${known.join(", ")}` }, at);
	}

	schedule(value: Plain | undefined, node: string, at?: Diagnostic["at"], changes = true): string | null {
		if (value === undefined || value === null) return null;
		const text = String(value).trim().replace(/\s+/g, " ");
		if (TIMES.test(text) || (changes && text.toUpperCase() === ON_CHANGES))
			return text.toUpperCase().replace(/ MINUTES$/, " MINUTE");
		const either = changes ? `, USING CRON … or ${ON_CHANGES}` : " or USING CRON …";
		this.refuse({ node, key: "schedule", value, expected: `5, 15, 30, 60, 720 or 1440 MINUTE${either}` }, at);
		return null;
	}
}

/** `native_tests:` of the project file. */
function settingsOf({ tfm, places }: ProjectConfig, reader: Reader): Settings {
	const written = (tfm?.native_tests ?? {}) as Mapping;
	const node = "native_tests";
	const at = places.get("native_tests");
	reader.keys(written, ["schedule", "alert"], node, at);
	const schedule = reader.schedule(written.schedule, node, at) ?? HOURLY;
	const { alert } = written;
	if (alert === undefined || alert === null) return { schedule, alert: null };
	if (!isMapping(alert)) {
		reader.refuse({ node, key: "alert", value: alert, expected: "a mapping with `then`, a statement" }, at);
		return { schedule, alert: null };
	}
	const of = "native_tests.alert";
	reader.keys(alert, ["then", "schedule", "warehouse", "suspended"], of, at);
	const { then, warehouse = null, suspended = false } = alert;
	if (typeof then !== "string" || then.trim() === "")
		reader.refuse({ node: of, key: "then", value: then ?? null, expected: "a statement" }, at);
	if (warehouse !== null && !(typeof warehouse === "string" && /^(?:[A-Za-z_][\w$]*|"(?:[^"]|"")+")$/.test(warehouse)))
		reader.refuse({ node: of, key: "warehouse", value: warehouse, expected: "the name of a warehouse" }, at);
	if (typeof suspended !== "boolean")
		reader.refuse({ node: of, key: "suspended", value: suspended, expected: "true or false" }, at);
	return {
		schedule,
		alert: {
			schedule: reader.schedule(alert.schedule, of, at, false) ?? HOURLY,
			warehouse: warehouse as string | null,
			action: String(then ?? "")
				.trim()
				.replace(/;$/, ""),
			suspended: suspended === true,
		},
	};
}

/** `native` of a meta; undefined: nothing is said. */
function nativeOf(node: { readonly config?: unknown; readonly meta?: unknown }): Plain | undefined {
	const config = isMapping(node.config) ? node.config : {};
	for (const meta of [config.meta, node.meta])
		if (isMapping(meta) && meta.native !== undefined) return TRUTHS[String(meta.native).toLowerCase()] ?? meta.native;
	return undefined;
}

/** What `"{{ target.name == 'prod' }}"` is rendered to is a text. */
const TRUTHS: Readonly<Record<string, boolean>> = { true: true, false: false };

interface Asked {
	readonly asks: boolean;
	readonly schedule: string | null;
}

/** What a model, seed, snapshot or source says for all its tests. */
function askedOf(manifest: Manifest, id: NodeId, reader: Reader): Asked {
	const node = findNode(manifest, id);
	if (node === undefined) return { asks: false, schedule: null };
	const native = nativeOf(node);
	if (native === undefined || native === null) return { asks: false, schedule: null };
	if (typeof native === "boolean") return { asks: native, schedule: null };
	if (!isMapping(native)) {
		const expected = "true, false or a mapping with `schedule`";
		reader.refuse({ node: node.name, key: "meta.native", value: native, expected }, node.location);
		return { asks: false, schedule: null };
	}
	reader.keys(native, ["schedule"], node.name, node.location);
	return { asks: true, schedule: reader.schedule(native.schedule, node.name, node.location) };
}

function testAsks(test: TestNode, reader: Reader): boolean | null {
	const native = nativeOf(test);
	if (native === undefined || native === null) return null;
	if (typeof native === "boolean") return native;
	reader.refuse({ node: test.name, key: "meta.native", value: native, expected: "true or false" }, test.location);
	return null;
}

/** The relation that a node leaves. */
function relationOf(manifest: Manifest, dialect: Dialect, id: NodeId): RelationName | null {
	const node = findNode(manifest, id);
	if (node?.resource_type === "source") return storedName(node, dialect);
	if (node?.resource_type !== "model" && node?.resource_type !== "seed" && node?.resource_type !== "snapshot")
		return null;
	return node.config.materialized === "ephemeral" || node.relation_name === null ? null : storedName(node, dialect);
}

/**
 * A test asks by `native` of its meta, else by that of what it tests; both may come from the project file. Null: none
 * asks. Throws TFM-NATIVE-003 with all that is wrong. `among`: of these tests only.
 */
export function planNativeTests(about: {
	readonly manifest: Manifest;
	readonly project: ProjectConfig;
	readonly dialect: Dialect;
	readonly compiler: Pick<CompilerPort, "isOverridden">;
	readonly among?: Iterable<NodeId>;
}): NativePlan | null {
	const { manifest, project, dialect, compiler } = about;
	const reader = new Reader();
	const settings = settingsOf(project, reader);
	const checks = new Map<NodeId, NativeCheck[]>();
	const ordinary = new Map<NodeId, string>();
	const said = new Map<NodeId, Asked>();
	const ofNode = (id: NodeId): Asked => {
		const known = said.get(id) ?? askedOf(manifest, id, reader);
		said.set(id, known);
		return known;
	};
	const surroundings = {
		manifest,
		relationOf: (id: NodeId) => relationOf(manifest, dialect, id),
		isOverridden: (macro: string) => compiler.isOverridden(macro),
	};
	const { nodes } = manifest;
	const tests = about.among === undefined ? nodes.values() : [...about.among].map((id) => nodes.get(id));
	for (const test of tests) {
		if (test?.resource_type !== "test") continue;
		const node = test.attached_node;
		if (!(testAsks(test, reader) ?? (node !== null && ofNode(node).asks))) continue;
		const answer = nativeCheckOf(test, surroundings);
		if (answer.kind === "ordinary") ordinary.set(test.unique_id, answer.reason);
		else checks.set(node!, [...(checks.get(node!) ?? []), answer.check]);
	}
	if (reader.mistakes.length > 0) throw new TfmError(reader.mistakes);
	if (checks.size === 0 && ordinary.size === 0) return null;
	const subjects = new Map(
		[...checks].map(([node, list]) => [node, subjectOf(about, { node, list, settings, asked: ofNode(node) })] as const),
	);
	return Object.freeze({ subjects, ordinary });
}

function subjectOf(
	{ manifest, dialect }: { readonly manifest: Manifest; readonly dialect: Dialect },
	{ node, list, settings, asked }: { node: NodeId; list: readonly NativeCheck[]; settings: Settings; asked: Asked },
): NativeSubject {
	const found = findNode(manifest, node);
	const isView = found?.resource_type === "model" && found.config.materialized === "view";
	const schedule = asked.schedule ?? settings.schedule;
	return Object.freeze({
		node,
		relation: relationOf(manifest, dialect, node)!,
		isView,
		// The rows of a view change elsewhere.
		schedule: isView && schedule === ON_CHANGES ? HOURLY : schedule,
		checks: [...list].sort((a, b) => (a.test < b.test ? -1 : 1)),
		alert: settings.alert,
	});
}
