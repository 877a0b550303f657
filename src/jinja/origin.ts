/** Where a template's text comes from, and how an offset in it becomes a place in a file. */
import type { Location } from "../core/location.ts";

export interface TemplateSource {
	readonly file: string;
	readonly text: string;
	/** 1-based line of the text's first line in the file. */
	readonly line?: number;
	/** 1-based column of the text's first character. */
	readonly column?: number;
	/** The text is made of what stands there, and is in no file itself: all of it is at this place. */
	readonly madeAt?: Location;
}

export interface Place {
	readonly at: Location;
	/** The line's text; absent: as the file has it. */
	readonly source?: string;
}

export class Origin {
	readonly #source: TemplateSource;
	readonly #text: string;
	readonly #line: number;
	readonly #column: number;
	#lines: string[] | null = null;

	/** `whole` is the text that code frames are cut from, where the template is only a part of it. */
	constructor(source: TemplateSource, whole?: TemplateSource) {
		this.#source = source;
		this.#line = source.line ?? 1;
		this.#column = source.column ?? 1;
		this.#text = (whole ?? source).text;
		this.#frameLine = whole === undefined ? this.#line : (whole.line ?? 1);
	}

	readonly #frameLine: number;

	/** Asked for only when a place is shown: of some sources it is known only by reading files again. */
	get file(): string {
		return this.#source.file;
	}

	/** The place of a 0-based line and column of the template's text. */
	place(line: number, column: number): Place {
		const { madeAt } = this.#source;
		if (madeAt !== undefined) return { at: madeAt };
		const at = {
			file: this.file,
			line: this.#line + line,
			column: line === 0 ? this.#column + column : column + 1,
		};
		return { at, source: this.#linesOfText()[at.line - this.#frameLine] ?? "" };
	}

	/** The last line of the text: where a template that ended too early ends. */
	endPlace(): Place {
		const line = this.#linesOfText().length - 1;
		return this.place(line, this.#linesOfText()[line]!.length);
	}

	#linesOfText(): string[] {
		this.#lines ??= this.#text.split(/\r\n|\r|\n/);
		return this.#lines;
	}
}
