import { hash } from "node:crypto";
import type { GraphNode, Plain, SourceNode } from "../core/node.ts";
import type { CodeParts } from "../core/projectState.ts";
import { plainText } from "./plainText.ts";
import type { UsedMacro } from "./usedMacros.ts";

/**
 * The parts of a node's behaviour (`code`), and a hash of what people read and may do (`meta`). Parts are named `sql`
 * (the syntax tree's hash, with nodes in place of relations), `text` (the same of the bare text, for SQL that cannot be
 * parsed), `branches` (the template of a model whose later runs take another way than its first), `config:KEY`,
 * `macro:ID`, `var:NAME`, `env:NAME`, `contract`, `seed`, `body`.
 */
export interface Fingerprint {
	readonly code: string;
	readonly meta: string;
	readonly parts: CodeParts;
	readonly template: string;
}

export interface FingerprintInput {
	/** The query with published names; null: it has none, or its template could not be rendered. */
	readonly sql: string | null;
	readonly semanticHash?: string | undefined;
	/** How the query calls its inputs, as rendered, and their ids. */
	readonly names: readonly (readonly [written: string, id: string])[];
	readonly macros: readonly UsedMacro[];
	/** What `var` and `env_var` give, by `var:NAME` and `env:NAME`: as readNames finds them in the texts. */
	readonly valueOf: (kind: "var" | "env", name: string) => unknown;
	/** The contract's checksum; null: none is enforced. */
	readonly contract: string | null;
}

/** Configuration that people read, or that says who may: no row differs for it. */
const ABOUT: ReadonlySet<string> = new Set([
	"tags",
	"meta",
	"docs",
	"group",
	"grants",
	"description",
	"persist_docs",
	"access",
	"freshness",
]);
/** Names come out differently in every environment: compared as they are written. */
const NAMES: ReadonlySet<string> = new Set(["alias", "schema", "database"]);
/** The contract is a part of its own. */
const ELSEWHERE: ReadonlySet<string> = new Set(["contract"]);
/** Their template has a way that a full build does not take. */
const BRANCHING: ReadonlySet<string> = new Set(["incremental", "snapshot"]);

const shortHash = (text: string): string => hash("sha256", text).slice(0, 16);

/** Fingerprints of one project's nodes. What many of them share, such as the template of a generic test, is hashed once. */
export function createFingerprints(): (node: GraphNode, input: FingerprintInput) => Fingerprint {
	const templates = new Map<string, string>();
	const hashed = (text: string): string => {
		let found = templates.get(text);
		if (found === undefined) {
			found = shortHash(plainText(text));
			templates.set(text, found);
		}
		return found;
	};
	return (node, input) => fingerprint(node, input, hashed);
}

function fingerprint(node: GraphNode, input: FingerprintInput, hashed: (text: string) => string): Fingerprint {
	const template = "raw_code" in node ? hashed(node.raw_code) : "";
	const parts: { [part: string]: string } = {};
	const config = (node as { readonly config?: object }).config ?? {};
	for (const [key, value] of Object.entries(config)) {
		// A key without a value is the same as none: defaults come and go with the tool.
		if (ABOUT.has(key) || NAMES.has(key) || ELSEWHERE.has(key) || isEmpty(value)) continue;
		parts[`config:${key}`] = canonicalJson(value);
	}
	const written = (node as { readonly unrendered_config?: object }).unrendered_config ?? {};
	for (const key of NAMES) {
		const value = (written as Record<string, unknown>)[key];
		if (!isEmpty(value)) parts[`config:${key}`] = canonicalJson(value);
	}
	for (const { id, hash } of input.macros) parts[`macro:${id}`] = hash;
	const texts = ["raw_code" in node ? node.raw_code : "", ...input.macros.map(({ text }) => text)];
	for (const [kind, name] of readNames(texts)) {
		// Not even a hash of a secret leaves the machine.
		const value = kind === "env" && name.startsWith("DBT_ENV_SECRET") ? "" : input.valueOf(kind, name);
		parts[`${kind}:${name}`] = shortHash(canonicalJson(value));
	}
	if (input.contract !== null) parts.contract = input.contract;
	Object.assign(parts, bodyParts(node, input, template));
	const sorted = Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
	// The text is beside the tree, for a state whose SQL could not be parsed: the tree alone decides where it is there.
	const decisive = Object.entries(sorted).filter(([part]) => part !== "text" || sorted.sql === undefined);
	return { code: shortHash(JSON.stringify(decisive)), meta: metaOf(node), parts: sorted, template };
}

function bodyParts(node: GraphNode, { sql, semanticHash, names }: FingerprintInput, template: string): CodeParts {
	if (node.resource_type === "seed") return { seed: `${node.checksum.name}:${node.checksum.checksum}` };
	if (node.resource_type === "source") return { body: shortHash(canonicalJson(sourceShape(node))) };
	if (node.resource_type === "unit_test")
		return {
			body: shortHash(canonicalJson([node.given.map(rowsOf), rowsOf(node.expect), node.overrides, node.model])),
		};
	if (node.resource_type === "test" && node.test_metadata !== null) {
		const { model: _, ...kwargs } = node.test_metadata.kwargs;
		return { body: shortHash(canonicalJson([node.test_metadata.name, kwargs, node.depends_on.nodes])) };
	}
	if (!("raw_code" in node)) return { body: shortHash(canonicalJson(dependsOn(node))) };
	const branches = BRANCHING.has(node.config.materialized) ? { branches: template } : {};
	if (sql === null) return { text: template, ...branches };
	const text = shortHash(plainText(withIds(sql, names)));
	return { text, ...(semanticHash === undefined ? {} : { sql: semanticHash }), ...branches };
}

const rowsOf = ({ format, rows, code }: { readonly format: string; readonly rows: Plain; readonly code: string }) => [
	format,
	rows ?? code,
];

const dependsOn = (node: GraphNode): readonly string[] => ("depends_on" in node ? node.depends_on.nodes : []);

/** What a reader of a source relies on. */
const sourceShape = ({ columns, load, quoting }: SourceNode) => [
	Object.values(columns).map(({ name, data_type: type }) => [name, type]),
	load,
	quoting,
];

/** Longest names first: one may begin with another. */
function withIds(sql: string, names: FingerprintInput["names"]): string {
	const longestFirst = [...names].sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
	return longestFirst.reduce((text, [written, id]) => text.replaceAll(written, `"${id}"`), sql);
}

function metaOf(node: GraphNode): string {
	const config = (node as { readonly config?: Record<string, unknown> }).config ?? {};
	const about = [...ABOUT].sort().map((key) => config[key] ?? null);
	const { description, tags } = node;
	const more = "columns" in node ? Object.values(node.columns) : [];
	const access = node.resource_type === "model" ? node.access : null;
	const columns = more.map(({ name, description: says, tags: marked, meta }) => [name, says, marked, meta]);
	return shortHash(canonicalJson([description, tags, about, access, columns]));
}

/** Names in calls of `var` and `env_var` with a literal name; another is seen in what the SQL comes out as. */
export function readNames(texts: readonly string[]): readonly (readonly ["var" | "env", string])[] {
	const found = new Set<string>();
	for (const text of texts)
		for (const [, call, , name] of text.matchAll(/\b(env_var|var)\s*\(\s*(['"])([^'"]+)\2/g))
			found.add(`${call === "var" ? "var" : "env"}:${name}`);
	return [...found].sort().map((key) => {
		const at = key.indexOf(":");
		return [key.slice(0, at) as "var" | "env", key.slice(at + 1)];
	});
}

const isEmpty = (value: unknown): boolean =>
	value === undefined ||
	value === null ||
	(typeof value === "object" && Object.keys(value as object).length === 0) ||
	(Array.isArray(value) && value.length === 0);

/** JSON with sorted keys. */
const canonicalJson = (value: unknown): string => sortedJson(value) ?? "null";

/** Undefined: it is nothing that JSON has. Written out, as a replacer costs more than all else that is done to a node. */
function sortedJson(value: unknown): string | undefined {
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map((one) => sortedJson(one) ?? "null").join(",")}]`;
	const entries: string[] = [];
	for (const key of Object.keys(value).sort()) {
		const inner = sortedJson((value as Record<string, unknown>)[key]);
		if (inner !== undefined) entries.push(`${JSON.stringify(key)}:${inner}`);
	}
	return `{${entries.join(",")}}`;
}
