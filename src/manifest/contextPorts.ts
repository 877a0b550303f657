/** The template side of the manifest, made from the context room. */
import { createParseCollector, createParseScope, PARSE_RENDERING, type ProjectFacts, nearest } from "../context/context.ts";
import type { Plain } from "../core/node.ts";
import { argumentsOf, compileTemplate, fromPlain, HostFunction, type Scope, toPlain, toText, type Value } from "../jinja/jinja.ts";
import type { ManifestPorts, NamedNode, NameSubject } from "./ports.ts";

export function createManifestPorts(facts: ProjectFacts): ManifestPorts {
	const { registry, config } = facts;
	const authors = new Set([config.project.name, ...config.packages.map(({ name }) => name)]);
	/** Names by kind and custom name, where tfm's own macro makes them: it looks at nothing else of a node. */
	const known = new Map<string, string | null>();

	const callNameMacro = (macro: string, custom: string | null, node: NamedNode): string | null => {
		const entry = registry.find(macro, node.package_name);
		if (entry === undefined) throw new Error(`no macro ${macro} among tfm's own`);
		const scope = createParseScope(facts, { ...node }, createParseCollector());
		const value = entry.macro.bind(scope, PARSE_RENDERING).call(argumentsOf([custom, fromPlain(node)]));
		return value === null || value === undefined ? null : toText(value);
	};

	const isOwn = (macro: string, packageName: string): boolean => {
		const entry = registry.find(macro, packageName);
		return entry === undefined || !authors.has(entry.node.package_name);
	};
	const ownByPackage = new Map<string, boolean>();
	const isBuiltin = (macro: string, packageName: string): boolean => {
		const key = `${macro}\0${packageName}`;
		let own = ownByPackage.get(key);
		if (own === undefined) ownByPackage.set(key, (own = isOwn(macro, packageName) && !registry.isOverridden(macro)));
		return own;
	};

	return {
		dialect: facts.dialect,

		generateName(kind, custom, subject) {
			const macro = `generate_${kind}_name`;
			if (!isBuiltin(macro, subject.package_name)) return callNameMacro(macro, custom, subject.node());
			if (kind === "alias") return builtinAlias(custom, subject);
			const key = custom === null ? kind : `${kind}\0${custom}`;
			let name = known.get(key);
			if (name === undefined) known.set(key, (name = callNameMacro(macro, custom, subject.node())));
			return name;
		},

		collect(text, node, place) {
			const collector = createParseCollector();
			const template = compileTemplate({ file: place.file, text, line: place.line, column: place.column });
			template.render(createParseScope(facts, { ...node }, collector), PARSE_RENDERING);
			return {
				refs: collector.refs,
				sources: collector.sources,
				configs: collector.configs,
				macros: [...collector.macros],
			};
		},

		renderNative(text, packageName, place) {
			const template = compileTemplate({ file: place.file, text, line: place.line, column: place.column });
			return toPlain(template.renderNative(yamlScope(facts, packageName), { undefined: "strict" })) as Plain;
		},

		renderDescription(text, packageName, place, doc) {
			const template = compileTemplate({ file: place.file, text, line: place.line, column: place.column });
			const outer = yamlScope(facts, packageName);
			const docFunction = new HostFunction("doc", ({ positional }) => {
				const names = positional.map((value) => toText(value));
				return names.length > 1 ? doc(names[1] ?? "", names[0] ?? "") : doc(names[0] ?? "", null);
			});
			const scope: Scope = { get: (name): Value => (name === "doc" ? docFunction : outer.get(name)) };
			return template.render(scope, { undefined: "strict" });
		},

		findTest(namespace, name, packageName) {
			const macro = `test_${name}`;
			const entry = namespace === null ? registry.find(macro, packageName) : registry.findIn(namespace, macro);
			if (entry !== undefined) return { id: entry.node.unique_id, builtin: !authors.has(entry.node.package_name) };
			const names = [...registry.namesFor(packageName)].filter((n) => n.startsWith("test_")).map((n) => n.slice(5));
			return { suggestion: nearest(name, names) };
		},

		findMacro: (name, packageName) => registry.find(name, packageName)?.node.unique_id,
	};
}

/** What tfm's own generate_alias_name answers: the custom name, else the name with its version. */
function builtinAlias(custom: string | null, { name, version }: NameSubject): string {
	if (custom !== null && custom.trim() !== "") return custom.trim();
	return version === null ? name : `${name}_v${String(version).replaceAll(".", "_")}`;
}

const yamlScope = (facts: ProjectFacts, packageName: string): Scope =>
	createParseScope(
		facts,
		{ unique_id: `properties of ${packageName}`, name: packageName, package_name: packageName, resource_type: "properties" },
		createParseCollector(),
	);
