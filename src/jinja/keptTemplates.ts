import { callShape } from "./callShape.ts";
import type { TemplateSource } from "./origin.ts";
import { compileTemplate, type SharedCode, type Template, templateSharing } from "./template.ts";

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
	/** By their texts: where a text stands is asked for only when there is one of it. */
	readonly #kept = new Map<string, Template[]>();
	readonly #short = new Map<string, SharedCode>();
	#room: number;

	/** `room`: characters of the texts that are kept; 0 for whoever renders nothing after the reading. */
	constructor(room = KEPT_CHARACTERS) {
		this.#room = room;
	}

	keep(template: Template): void {
		const { length } = template.source.text;
		if (length > this.#room) return;
		this.#room -= length;
		const { text } = template.source;
		const alike = this.#kept.get(text);
		if (alike === undefined) this.#kept.set(text, [template]);
		else alike.push(template);
	}

	/** The kept one for the same text at the same place, else one that shares its code with others of the same text or shape. */
	of(source: TemplateSource): Template {
		const kept = this.#kept.get(source.text)?.find((one) => isOfPlace(one.source, source));
		if (kept !== undefined) return kept;
		return source.text.length <= SHORT ? this.#sharing(source) : compileTemplate(source);
	}

	#sharing(source: TemplateSource): Template {
		const shape = callShape(source.text);
		const text = shape?.text ?? source.text;
		let code = this.#short.get(text);
		if (code === undefined) {
			code = {};
			if (this.#short.size < MOST_SHORT) this.#short.set(text, code);
		}
		return templateSharing(code, source, shape);
	}
}

const isOfPlace = (one: TemplateSource, other: TemplateSource): boolean =>
	(one.line ?? 1) === (other.line ?? 1) && (one.column ?? 1) === (other.column ?? 1) && one.file === other.file;
