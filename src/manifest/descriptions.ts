/**
 * Descriptions may quote docs blocks: `{{ doc('name') }}`. Most are plain text, most of the others are exactly one
 * such call, so a template is compiled only for the rest.
 */
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { DocBlock } from "../core/manifest.ts";
import type { FilePlace } from "../core/parsed.ts";
import { suggestName } from "../core/suggestName.ts";
import type { ManifestPorts } from "./ports.ts";

const DOC_CALL = /\{\{-?\s*doc\(\s*(['"])([\w.-]+)\1\s*(?:,\s*(['"])([\w.-]+)\3\s*)?\)\s*-?\}\}/g;
const JINJA = /\{\{|\{%|\{#/;

export interface Described {
	readonly text: string;
	/** Unique ids of the docs blocks used. */
	readonly blocks: readonly string[];
}

export interface DescriptionSite {
	readonly package_name: string;
	/** `model "orders"`. */
	readonly label: string;
	readonly place: () => FilePlace;
}

const NONE: readonly string[] = Object.freeze([]);

/** Descriptions of what is disabled, which dbt leaves as they are written. */
export const AS_WRITTEN: Pick<Descriptions, "render"> = { render: (text) => ({ text, blocks: NONE }) };

export class Descriptions {
	readonly #byName = new Map<string, DocBlock[]>();
	readonly #rootPackage: string;
	readonly #ports: ManifestPorts;
	readonly #problems: Diagnostic[];

	constructor(docs: readonly DocBlock[], rootPackage: string, ports: ManifestPorts, problems: Diagnostic[]) {
		this.#rootPackage = rootPackage;
		this.#ports = ports;
		this.#problems = problems;
		for (const doc of docs) {
			const list = this.#byName.get(doc.name);
			if (list === undefined) this.#byName.set(doc.name, [doc]);
			else list.push(doc);
		}
	}

	/**
	 * The text, and the blocks that it names. dbt reads the names off the template: only `{{ doc('name') }}` standing by
	 * itself counts, as often as it is written, however the rest of the text is made.
	 */
	render(written: string, site: DescriptionSite): Described {
		if (!JINJA.test(written)) return { text: written, blocks: NONE };
		const quote = (name: string, packageName: string | null): string => {
			const block = this.#find(name, packageName, site.package_name);
			if (block !== undefined) return block.block_contents;
			const suggestion = suggestName(name, this.#byName.keys());
			this.#problems.push(diagnostic("TFM-PARSE-025", { name, from: site.label, suggestion }, site.place()));
			return "";
		};
		const blocks = [...written.matchAll(DOC_CALL)].flatMap(([, , first, , second]) => {
			const block =
				second === undefined
					? this.#find(first ?? "", null, site.package_name)
					: this.#find(second, first ?? null, site.package_name);
			return block === undefined ? [] : [block.unique_id];
		});
		const isPlain = !JINJA.test(written.replace(DOC_CALL, ""));
		if (isPlain) {
			const text = written.replace(DOC_CALL, (_call, _q1, first: string, _q2, second: string | undefined) =>
				second === undefined ? quote(first, null) : quote(second, first),
			);
			return { text, blocks };
		}
		try {
			return { text: this.#ports.renderDescription(written, site.package_name, site.place().at, quote), blocks };
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			this.#problems.push(...error.diagnostics);
			return { text: "", blocks };
		}
	}

	/** The root project's, then the node's own package's, then anybody's (dbt's order). */
	#find(name: string, packageName: string | null, ownPackage: string): DocBlock | undefined {
		const all = this.#byName.get(name) ?? [];
		const of = (wanted: string): DocBlock | undefined => all.find((doc) => doc.package_name === wanted);
		if (packageName !== null) return of(packageName);
		return of(this.#rootPackage) ?? of(ownPackage) ?? all[0];
	}
}
