/**
 * What a text asks for: by the literal scanner where the text allows it, else by rendering it as dbt does while it
 * parses. The scanner is for speed only and must never answer differently, so it is not asked when a project replaces
 * one of the functions that it recognises.
 */
import {
	collectFrom,
	isSecretName,
	isTemplate,
	type ParseSubject,
	type ProjectFacts,
	variablesFor,
} from "../context/context.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain, RefArgs } from "../core/node.ts";
import type { Collected, PlainRecord } from "../core/parsed.ts";
import { compileTemplate, type LiteralCall, scanLiterals, type TemplateSource } from "../jinja/jinja.ts";

export const NOTHING_COLLECTED: Collected = Object.freeze({ refs: [], sources: [], configs: [], macros: [] });

const MAY_CONFIGURE = /\bconfig\s*\(/;

/** What the scanner takes for dbt's own. */
const SCANNED = ["ref", "source", "config", "var", "env_var", "is_incremental"];

/** Answers per package whether macros of the project shadow what the scanner recognises. */
export class Collector {
	readonly #facts: ProjectFacts;
	readonly #scannable = new Map<string, boolean>();
	/** dbt's flag require_corrected_analysis_fqns: analyses stand under their own folders, not under "analysis". */
	readonly correctedAnalyses: boolean;

	constructor(facts: ProjectFacts) {
		this.#facts = facts;
		this.correctedAnalyses = facts.config.project.flags.require_corrected_analysis_fqns === true;
	}

	collect(source: TemplateSource, subject: ParseSubject): Collected {
		if (this.#isScannable(subject.package_name)) {
			const calls = scanLiterals(source.text);
			if (
				calls !== null &&
				!calls.macros.some((name) => name === "function" || name === "metric") &&
				!this.#readsTemplate(calls, subject.package_name) &&
				!this.#lacksVariable(calls)
			)
				return this.#fromCalls(source, subject, calls);
		}
		return this.#render(source, subject);
	}

	#isScannable(packageName: string): boolean {
		let known = this.#scannable.get(packageName);
		if (known === undefined) {
			const { registry, config } = this.#facts;
			const projects = new Set([config.project.name, ...config.packages.map((p) => p.name)]);
			known = SCANNED.every((name) => {
				const entry = registry.find(name, packageName);
				return entry === undefined || !projects.has(entry.node.package_name);
			});
			this.#scannable.set(packageName, known);
		}
		return known;
	}

	/** A variable that holds a template has to be rendered to know what it refers to. */
	#readsTemplate({ vars }: NonNullable<ReturnType<typeof scanLiterals>>, packageName: string): boolean {
		if (vars.length === 0) return false;
		const variables = variablesFor(this.#facts.config, packageName);
		return vars.some(({ args: [name] }) => typeof name === "string" && isTemplate(variables.lookup(name)));
	}

	/** A variable of the environment that is not set, or that models may not read, is a mistake while reading (dbt). */
	#lacksVariable({ envVars }: NonNullable<ReturnType<typeof scanLiterals>>): boolean {
		const { env } = this.#facts.invocation;
		return envVars.some(
			({ args: [name] }) => typeof name !== "string" || isSecretName(name) || env[name] === undefined,
		);
	}

	#fromCalls(
		source: TemplateSource,
		subject: ParseSubject,
		calls: NonNullable<ReturnType<typeof scanLiterals>>,
	): Collected {
		const place = (call: LiteralCall) => ({
			at: { file: source.file, line: call.line + (source.line ?? 1) - 1, column: call.column },
		});
		const plain =
			calls.vars.length + calls.envVars.length + calls.macros.length === 0 && isExtracted(source.text, calls);
		const sources = calls.sources.map((call) => sourceArgs(call, place(call)));
		return {
			refs: calls.refs.map((call) => refArgs(call, place(call))),
			// dbt's extractor gathers sources in a set; what is rendered is listed as often as it is read.
			sources: plain ? unique(sources, (s) => s.join("\0")) : sources,
			configs: calls.configs.map(configArgs),
			plain,
			macros: calls.macros.flatMap(
				(name) => this.#facts.registry.find(name, subject.package_name)?.node.unique_id ?? [],
			),
		};
	}

	#render(source: TemplateSource, subject: ParseSubject): Collected {
		const template = compileTemplate(source);
		// Asked first, so that the text is parsed once for both.
		const keywords = MAY_CONFIGURE.test(source.text) ? template.writtenKeywords("config") : null;
		const collector = collectFrom(this.#facts, template, subject);
		this.#facts.templates.keep(template);
		const written = collector.configs.length === 0 ? null : keywords;
		return {
			refs: collector.refs,
			sources: collector.sources,
			...(collector.functions.length === 0
				? {}
				: { functions: unique(collector.functions, (names) => names.join("\0")) }),
			...(collector.metrics.length === 0 ? {} : { metrics: unique(collector.metrics, (names) => names.join("\0")) }),
			configs: collector.configs,
			...(written === null ? {} : { writtenConfig: written }),
			macros: [...collector.macros],
		};
	}
}

/** Python's spelling of constants is the only one that dbt's extractor reads; Jinja's own makes it render the text. */
const JINJA_CONSTANT = /[=:[,(]\s*(?:true|false)\b/;

/** Does dbt's extractor read this text, so that it is not rendered? config() of texts, booleans, lists and dicts. */
function isExtracted(text: string, { configs }: NonNullable<ReturnType<typeof scanLiterals>>): boolean {
	if (text.includes("{%")) return false;
	if (configs.length === 0) return true;
	const extracted = configs.map(configArgs).every((args) => {
		if (Object.keys(args).some((key) => key === "pre-hook" || key === "post-hook")) return false;
		return Object.values(args).every(isExtractedValue);
	});
	return extracted && !JINJA_CONSTANT.test(text);
}

const isExtractedValue = (value: Plain): boolean =>
	typeof value === "string" ||
	typeof value === "boolean" ||
	(typeof value === "object" && value !== null && Object.values(value).every(isExtractedValue));

function unique<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
	if (items.length < 2) return items;
	const seen = new Set<string>();
	return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}

type Places = { readonly at: { file: string; line: number; column: number } };

function refArgs(call: LiteralCall, place: Places): RefArgs {
	const [first, second] = call.args;
	const version = call.kwargs.v ?? call.kwargs.version ?? null;
	if (call.args.length < 1 || call.args.length > 2 || call.args.some((a) => typeof a !== "string"))
		throw new TfmError(
			diagnostic(
				"TFM-REF-006",
				{
					callee: "ref()",
					problem: "takes one or two names",
					usage: "ref('name'), ref('package', 'name') or ref('name', version=1)",
				},
				place,
			),
		);
	const isVersion = typeof version === "string" || typeof version === "number";
	return {
		name: (second ?? first) as string,
		package: second === undefined ? null : (first as string),
		version: isVersion ? version : null,
	};
}

function sourceArgs(call: LiteralCall, place: Places): readonly [string, string] {
	const [source, table] = call.args;
	if (call.args.length !== 2 || typeof source !== "string" || typeof table !== "string")
		throw new TfmError(
			diagnostic(
				"TFM-REF-006",
				{ callee: "source()", problem: "takes two names", usage: "source('source name', 'table name')" },
				place,
			),
		);
	return [source, table];
}

/** config({...}) is the same as config(...); the hooks have two spellings. */
function configArgs(call: LiteralCall): PlainRecord {
	const [record] = call.args;
	const given = { ...(typeof record === "object" ? (record as PlainRecord) : {}), ...(call.kwargs as PlainRecord) };
	if (!("pre_hook" in given) && !("post_hook" in given)) return given;
	const renamed: { [key: string]: Plain } = {};
	for (const [key, value] of Object.entries(given))
		renamed[key === "pre_hook" ? "pre-hook" : key === "post_hook" ? "post-hook" : key] = value;
	return renamed;
}
