import { describe, expect, it } from "vitest";
import { KeptTemplates } from "./keptTemplates.ts";
import { compileTemplate, type Template } from "./template.ts";

describe("templates kept from parsing", () => {
	it("gives back the one of the same text at the same place, and compiles any other anew", () => {
		const kept = new KeptTemplates();
		const source = { file: "a.sql", text: "select {{ 1 }}", line: 2, column: 3 };
		const template = compileTemplate(source);
		kept.keep(template);
		expect(kept.of({ ...source })).toBe(template);
		expect(kept.of({ ...source, text: "select 2" })).not.toBe(template);
		expect(kept.of({ ...source, file: "b.sql" })).not.toBe(template);
		expect(kept.of({ ...source, line: 3 })).not.toBe(template);
	});

	it("keeps no more than its share of memory", () => {
		const kept = new KeptTemplates();
		const template = (file: string) => compileTemplate({ file, text: "x".repeat(2 ** 20) });
		const [first, second, third] = [template("1"), template("2"), template("3")];
		for (const each of [first, second, third]) kept.keep(each);
		expect([first, second, third].map((each) => kept.of(each.source) === each)).toEqual([true, true, false]);
	});

	it("gives templates of one short text their own places, and asks for a file only when an error shows it", () => {
		const kept = new KeptTemplates();
		let asked = 0;
		const template = (file: string, line: number) =>
			kept.of({
				text: "{{ 1 // given }}",
				line,
				get file() {
					asked++;
					return file;
				},
			});
		const render = (of: Template, given: number) => of.render({ get: () => given }, { undefined: "strict" });
		const [first, second] = [template("a.yml", 3), template("b.yml", 7)];
		expect([render(first, 1), render(second, 2), asked]).toEqual(["1", "0", 0]);
		const at = (file: string, line: number) =>
			expect.objectContaining({ diagnostics: [expect.objectContaining({ at: { file, line, column: 4 } })] });
		expect(() => render(first, 0)).toThrow(at("a.yml", 3));
		expect(() => render(second, 0)).toThrow(at("b.yml", 7));
	});
});
