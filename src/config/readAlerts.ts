import {
	ALERT_EVENTS,
	type AlertChannel,
	type AlertMatch,
	type AlertRoute,
	type AlertSettings,
	type LayerSla,
	SEVERITIES,
} from "../core/alerts.ts";
import type { Layering } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import type { Scope } from "../jinja/jinja.ts";
import type { YamlDocument, YamlPath } from "../yaml/readYaml.ts";
import { isMapping, own, type PlainMapping, ShapeCheck } from "../yaml/shapeCheck.ts";
import { readChannel } from "./alertChannels.ts";
import { readDeadline, readLongDuration, readQuietHours } from "./alertTimes.ts";
import { renderTree } from "./renderTree.ts";

const KEYS = [
	"channels",
	"routes",
	"on_failure",
	"on_success",
	"on_layer_done",
	"ping",
	"sla",
	"slow",
	"run_url",
	"remind",
] as const;
const MATCH_KEYS = ["layer", "owner", "severity", "event", "target"] as const;
const DAY_MS = 86_400_000;
const SLOW_TIMES = 2;
const SLOW_LEAST_MS = 30_000;

export interface AlertFile {
	readonly document: YamlDocument;
	/** Knows secret variables. */
	readonly scope: Scope;
	readonly problems: Diagnostic[];
	readonly layering: Layering | null;
}

/** What the readers below share. */
interface Reading {
	readonly check: ShapeCheck;
	readonly render: (value: Plain, path: YamlPath, problems?: Diagnostic[]) => Plain;
	readonly channels: readonly string[];
	/** Null: the project has none. */
	readonly layers: readonly string[];
	readonly remindMs: number;
}

/** `alerts:` of the project file; null where there is none. Mistakes are added to `problems`. */
export function readAlerts({ document, scope, problems, layering }: AlertFile): AlertSettings | null {
	const check = new ShapeCheck(document, problems, { hideValues: true });
	const written = check.mapping(isMapping(document.value) ? own(document.value, "alerts") : undefined, ["alerts"]);
	if (written === undefined) return null;
	check.knownKeys(written, ["alerts"], { known: KEYS, where: "alerts" });
	const render = (value: Plain, path: YamlPath, into: Diagnostic[] = problems): Plain =>
		renderTree(value, path, { document, scope, problems: into, hideSource: true });
	const secrets: string[] = [];
	const listed = check.mapping(own(written, "channels"), ["alerts", "channels"]) ?? {};
	const channels = Object.entries(listed).flatMap(([name, value]): AlertChannel[] => {
		const channel = check.mapping(value ?? [], ["alerts", "channels", name]);
		if (channel === undefined) return [];
		const read = readChannel({ name, written: channel, render, check, secrets });
		return read === undefined ? [] : [read];
	});
	const rendered = (key: (typeof KEYS)[number]): Plain | undefined => {
		const value = own(written, key);
		return value === undefined ? undefined : render(value, ["alerts", key]);
	};
	const reading: Reading = {
		check,
		render,
		channels: Object.keys(listed),
		layers: layering?.layers.map((layer) => layer.name) ?? [],
		remindMs: duration(check, rendered("remind"), ["alerts", "remind"]) ?? DAY_MS,
	};
	const commands = (key: "on_failure" | "on_success" | "on_layer_done"): readonly string[] =>
		check.texts(rendered(key), ["alerts", key], { single: true }) ?? [];
	return Object.freeze({
		channels,
		routes: (check.list(rendered("routes"), ["alerts", "routes"]) ?? []).flatMap((route, i) =>
			readRoute(route, i, reading),
		),
		hooks: { failure: commands("on_failure"), success: commands("on_success"), layerDone: commands("on_layer_done") },
		ping: readPing(own(written, "ping"), reading, secrets),
		slas: (check.list(rendered("sla"), ["alerts", "sla"]) ?? []).flatMap((sla, i) => readSla(sla, i, reading)),
		slow: readSlow(rendered("slow"), check),
		runUrl: check.text(lenient(own(written, "run_url"), ["alerts", "run_url"], render), ["alerts", "run_url"]) ?? null,
		secrets: Object.freeze([...new Set(secrets)]),
	});
}

/** A value whose variables may be unset: absent then. */
function lenient(value: Plain | undefined, path: YamlPath, render: Reading["render"]): Plain | undefined {
	if (value === undefined || value === null) return undefined;
	const unset: Diagnostic[] = [];
	const rendered = render(value, path, unset);
	return unset.length > 0 ? undefined : rendered;
}

function readRoute(value: Plain, index: number, reading: Reading): AlertRoute[] {
	const { check, channels, layers, remindMs } = reading;
	const at = ["alerts", "routes", index];
	const where = `alerts.routes[${index}]`;
	const route = check.mapping(value ?? [], at);
	if (route === undefined) return [];
	check.knownKeys(route, at, { known: ["name", "match", "to", "remind", "quiet"], where });
	check.required(route, at, { key: "to", where });
	const to = check.texts(own(route, "to"), [...at, "to"], { single: true }) ?? [];
	for (const channel of to)
		if (!channels.includes(channel)) {
			const facts = { channel, where: `${where}.to`, known: channels, suggestion: suggestName(channel, channels) };
			check.problems.push(diagnostic("TFM-ALERT-003", facts, check.at([...at, "to"])));
		}
	const matchAt = [...at, "match"];
	const match = readMatch(check.mapping(own(route, "match"), matchAt) ?? {}, matchAt, reading);
	checkLayers(match.layer, { layers, check, at: [...matchAt, "layer"], where: `${where}.match.layer` });
	const quietText = check.text(own(route, "quiet"), [...at, "quiet"]);
	const quiet = quietText === undefined ? undefined : readQuietHours(quietText);
	if (quietText !== undefined && quiet === undefined)
		refuse(check, [...at, "quiet"], {
			where: `${where}.quiet`,
			value: quietText,
			expected: "hours and a time zone, as in 22:00-07:00 Europe/Prague",
		});
	return [
		Object.freeze({
			name: check.text(own(route, "name"), [...at, "name"]) ?? nameOf(match),
			match,
			to,
			remindMs: duration(check, own(route, "remind"), [...at, "remind"]) ?? remindMs,
			quiet: quiet ?? null,
		}),
	];
}

function readMatch(match: PlainMapping, at: YamlPath, { check }: Reading): AlertMatch {
	check.knownKeys(match, at, { known: MATCH_KEYS, where: "match" });
	const texts = (key: (typeof MATCH_KEYS)[number]): readonly string[] =>
		check.texts(own(match, key), [...at, key], { single: true }) ?? [];
	const choices = <T extends string>(key: "severity" | "event", allowed: readonly T[]): readonly T[] =>
		texts(key).flatMap((text) => check.choice(text, [...at, key], allowed) ?? []);
	return Object.freeze({
		layer: texts("layer"),
		owner: texts("owner"),
		severity: choices("severity", SEVERITIES),
		event: choices("event", ALERT_EVENTS),
		target: texts("target"),
	});
}

/** `layer=gold event=test.fail,node.fail`, or `all`: stays the same when routes are moved in the file. */
function nameOf(match: AlertMatch): string {
	const parts = MATCH_KEYS.flatMap((key) => (match[key].length === 0 ? [] : [`${key}=${match[key].join(",")}`]));
	return parts.length === 0 ? "all" : parts.join(" ");
}

/** A text is the address of a service such as healthchecks.io: `/start` and `/fail` are put behind it. */
function readPing(value: Plain | undefined, { check, render }: Reading, secrets: string[]): AlertSettings["ping"] {
	const at = ["alerts", "ping"];
	const address = (written: Plain | undefined, path: YamlPath): string | null => {
		const url = check.text(lenient(written, path, render), path)?.replace(/\/+$/, "");
		if (url === undefined || url === "") return null;
		if (typeof written === "string" && /\benv_var\s*\(/.test(written)) secrets.push(url);
		return url;
	};
	if (!isMapping(value)) {
		const url = address(value, at);
		return url === null
			? { start: null, success: null, failure: null }
			: { start: `${url}/start`, success: url, failure: `${url}/fail` };
	}
	check.knownKeys(value, at, { known: ["start", "success", "failure"], where: "alerts.ping" });
	const of = (key: string): string | null => address(own(value, key), [...at, key]);
	return { start: of("start"), success: of("success"), failure: of("failure") };
}

function readSla(value: Plain, index: number, { check, layers }: Reading): LayerSla[] {
	const at = ["alerts", "sla", index];
	const where = `alerts.sla[${index}]`;
	const sla = check.mapping(value ?? [], at);
	if (sla === undefined) return [];
	check.knownKeys(sla, at, { known: ["layer", "by", "max_lag"], where });
	check.required(sla, at, { key: "layer", where });
	const layer = check.text(own(sla, "layer"), [...at, "layer"]);
	if (layer === undefined) return [];
	checkLayers([layer], { layers, check, at: [...at, "layer"], where: `${where}.layer` });
	const text = check.scalarText(own(sla, "by"), [...at, "by"]);
	const by = text === undefined ? undefined : readDeadline(text);
	if (text !== undefined && by === undefined)
		refuse(check, [...at, "by"], {
			where: `${where}.by`,
			value: text,
			expected: "a time and a zone, as in 07:00 Europe/Prague",
		});
	return [{ layer, by: by ?? null, maxLagMs: duration(check, own(sla, "max_lag"), [...at, "max_lag"]) ?? null }];
}

function readSlow(value: Plain | undefined, check: ShapeCheck): AlertSettings["slow"] {
	if (value === undefined || value === null || value === false) return null;
	const at = ["alerts", "slow"];
	if (value === true) return { times: SLOW_TIMES, atLeastMs: SLOW_LEAST_MS };
	const slow = check.mapping(value, at) ?? {};
	check.knownKeys(slow, at, { known: ["times", "at_least"], where: "alerts.slow" });
	const times = own(slow, "times");
	if (times !== undefined && !(typeof times === "number" && times > 1))
		refuse(check, [...at, "times"], { where: "alerts.slow.times", value: String(times), expected: "a number above 1" });
	return {
		times: typeof times === "number" ? times : SLOW_TIMES,
		atLeastMs: duration(check, own(slow, "at_least"), [...at, "at_least"]) ?? SLOW_LEAST_MS,
	};
}

function duration(check: ShapeCheck, value: Plain | undefined, path: YamlPath): number | undefined {
	const text = check.scalarText(value, path);
	const ms = text === undefined ? undefined : readLongDuration(text);
	if (text !== undefined && ms === undefined)
		refuse(check, path, { where: path.join("."), value: text, expected: "a duration such as 30s, 15m, 26h or 2d" });
	return ms;
}

function checkLayers(
	names: readonly string[],
	about: {
		readonly layers: readonly string[];
		readonly check: ShapeCheck;
		readonly at: YamlPath;
		readonly where: string;
	},
): void {
	const { layers, check, at, where } = about;
	for (const layer of names)
		if (!layers.includes(layer)) {
			const facts = { layer, where, known: layers, suggestion: suggestName(layer, layers) };
			check.problems.push(diagnostic("TFM-ALERT-008", facts, check.at(at)));
		}
}

function refuse(
	check: ShapeCheck,
	path: YamlPath,
	facts: { readonly where: string; readonly value: string; readonly expected: string },
): void {
	check.problems.push(diagnostic("TFM-ALERT-004", facts, check.at(path)));
}
