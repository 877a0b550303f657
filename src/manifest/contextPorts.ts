/** The template side of the manifest, made from the context room. */
import {
	collectFrom,
	createNameGenerator,
	createYamlScope,
	type ProjectFacts,
	YAML_RENDERING,
} from "../context/context.ts";
import type { Location } from "../core/location.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import {
	compileTemplate,
	HostFunction,
	type Scope,
	type Template,
	toPlain,
	toText,
	type Value,
} from "../jinja/jinja.ts";
import type { ManifestPorts, NameSubject } from "./ports.ts";

/** `loadMistakes`: of the room that loads files. */
export function createManifestPorts(
	facts: ProjectFacts,
	loadMistakes: ManifestPorts["loadMistakes"] = () => [],
): ManifestPorts {
	const { registry, config } = facts;
	const authors = new Set([config.project.name, ...config.packages.map(({ name }) => name)]);
	const generateName = createNameGenerator(facts);

	/** Is the macro that makes aliases for this package tfm's own? Then its answer is known without calling it. */
	const ownAlias = new Map<string, boolean>();
	const isOwnAlias = (packageName: string): boolean => {
		let own = ownAlias.get(packageName);
		if (own === undefined) {
			const entry = registry.find("generate_alias_name", packageName);
			own =
				entry !== undefined && !authors.has(entry.node.package_name) && !registry.isOverridden("generate_alias_name");
			ownAlias.set(packageName, own);
		}
		return own;
	};
	/** tfm's own schema and database macros look at the custom name alone; asking per node would build 100,000 nodes. */
	const isOwn = new Map<string, boolean>();
	const known = new Map<string, string>();

	const templates = new TemplateCache();

	return {
		dialect: facts.dialect,
		loadMistakes,

		generateName(kind, custom, subject) {
			if (kind === "alias" && isOwnAlias(subject.package_name)) return builtinAlias(custom, subject);
			if (kind === "pointer") return generateName(kind, custom, subject.node());
			const macro = `generate_${kind}_name`;
			let own = isOwn.get(macro);
			if (own === undefined) isOwn.set(macro, (own = !registry.isOverridden(macro)));
			if (!own) return generateName(kind, custom, subject.node());
			const key = custom === null ? kind : `${kind}\0${custom}`;
			let name = known.get(key);
			if (name === undefined) known.set(key, (name = generateName(kind, custom, subject.node())));
			return name;
		},

		collect(text, node, place) {
			const collector = collectFrom(facts, templates.get(text, place), { ...node });
			return {
				refs: collector.refs,
				sources: collector.sources,
				configs: collector.configs,
				macros: [...collector.macros],
			};
		},

		renderNative(text, packageName, place) {
			const template = compileTemplate({ file: place.file, text, line: place.line, column: place.column });
			return toPlain(template.renderNative(createYamlScope(facts, packageName, place.file), YAML_RENDERING)) as Plain;
		},

		renderDescription(text, packageName, place, doc) {
			const template = compileTemplate({ file: place.file, text, line: place.line, column: place.column });
			const outer = createYamlScope(facts, packageName, place.file);
			const docFunction = new HostFunction("doc", ({ positional }) => {
				const names = positional.map((value) => toText(value));
				return names.length > 1 ? doc(names[1] ?? "", names[0] ?? "") : doc(names[0] ?? "", null);
			});
			const scope: Scope = { get: (name): Value => (name === "doc" ? docFunction : outer.get(name)) };
			return template.render(scope, YAML_RENDERING);
		},

		findTest(namespace, name, packageName) {
			const macro = `test_${name}`;
			const entry = namespace === null ? registry.find(macro, packageName) : registry.findIn(namespace, macro);
			if (entry !== undefined) return { id: entry.node.unique_id, builtin: !authors.has(entry.node.package_name) };
			const names = [...registry.namesFor(packageName)].filter((n) => n.startsWith("test_")).map((n) => n.slice(5));
			return { suggestion: suggestName(name, names) };
		},

		findMacro: (name, packageName) => registry.find(name, packageName)?.node.unique_id,
		findWritten: (name, packageName) => registry.findWritten(packageName, name)?.node.unique_id,
	};
}

/** What tfm's own generate_alias_name answers: the custom name, else the name with its version. */
function builtinAlias(custom: string | null, { name, version }: NameSubject): string {
	if (custom !== null && custom.trim() !== "") return custom.trim();
	return version === null ? name : `${name}_v${String(version).replaceAll(".", "_")}`;
}

/** One hook of the project file belongs to thousands of models, one generic test has one text: compiled once each. */
class TemplateCache {
	readonly #templates = new Map<string, Template>();

	get(text: string, place: Location): Template {
		const key = `${place.file}\0${place.line}\0${place.column}\0${text}`;
		let template = this.#templates.get(key);
		if (template !== undefined) return template;
		template = compileTemplate({ file: place.file, text, line: place.line, column: place.column });
		if (this.#templates.size >= MOST_TEMPLATES) this.#templates.clear();
		this.#templates.set(key, template);
		return template;
	}
}

const MOST_TEMPLATES = 500;
