import type { TemplateSource } from "./origin.ts";
import { compileTemplate, type Template } from "./template.ts";

/** Characters of template text whose compiled form is kept: some four thousand models, some tens of megabytes. */
const KEPT_CHARACTERS = 2 ** 21;

/** Short texts are written again and again: a generic test of one kind has the same text on every column. */
const SHORT = 300;
const MOST_SHORT = 5_000;

/**
 * Templates that were compiled before, for whoever renders the same text again. Those of models come from parsing, which
 * a run would otherwise do a second time; those of tests share their code by their text. Bounded, because a project of
 * ten thousand models would stay in memory whole.
 */
export class KeptTemplates {
	readonly #kept = new Map<string, Template>();
	readonly #short = new Map<string, Template>();
	#room = KEPT_CHARACTERS;

	keep(template: Template): void {
		const { length } = template.source.text;
		if (length > this.#room) return;
		this.#room -= length;
		this.#kept.set(placeOf(template.source), template);
	}

	/** The kept one for the same text at the same place, else one that shares its code with others of the same text. */
	of(source: TemplateSource): Template {
		const kept = this.#kept.size === 0 ? undefined : this.#kept.get(placeOf(source));
		if (kept?.source.text === source.text) return kept;
		return source.text.length <= SHORT ? this.#sharing(source) : compileTemplate(source);
	}

	#sharing(source: TemplateSource): Template {
		const known = this.#short.get(source.text);
		if (known !== undefined) return known.elsewhere(source);
		const template = compileTemplate(source);
		if (this.#short.size < MOST_SHORT) this.#short.set(source.text, template);
		return template;
	}
}

const placeOf = ({ file, line = 1, column = 1 }: TemplateSource): string => `${file}\0${line}\0${column}`;
