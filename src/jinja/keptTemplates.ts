import type { TemplateSource } from "./origin.ts";
import { compileTemplate, type Template } from "./template.ts";

/** Characters of template text whose compiled form is kept: some four thousand models, some tens of megabytes. */
const KEPT_CHARACTERS = 2 ** 21;

/**
 * Templates that were compiled while the project was parsed, for whoever renders the same text again: a run compiles
 * its models a second time otherwise. Bounded, because a project of ten thousand models would stay in memory whole.
 */
export class KeptTemplates {
	readonly #kept = new Map<string, Template>();
	#room = KEPT_CHARACTERS;

	keep(template: Template): void {
		const { length } = template.source.text;
		if (length > this.#room) return;
		this.#room -= length;
		this.#kept.set(placeOf(template.source), template);
	}

	/** The kept one for the same text at the same place, else a new one. */
	of(source: TemplateSource): Template {
		const kept = this.#kept.get(placeOf(source));
		return kept?.source.text === source.text ? kept : compileTemplate(source);
	}
}

const placeOf = ({ file, line = 1, column = 1 }: TemplateSource): string => `${file}\0${line}\0${column}`;
