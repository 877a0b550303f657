import { expect, test } from "vitest";
import { nodeId } from "../core/node.ts";
import { CompiledTexts } from "./compiledTexts.ts";

test("compiled texts are counted together, each node once, and the one that is too much is refused at its place", () => {
	const texts = new CompiledTexts(10);
	const node = (name: string) => ({
		unique_id: nodeId(`model.shop.${name}`),
		location: { file: `models/${name}.sql`, line: 1, column: 1 },
	});
	texts.add(node("a"), "123456");
	texts.add(node("a"), "12345");
	texts.add(node("b"), "12345");
	expect(() => texts.add(node("c"), "1")).toThrow(
		expect.objectContaining({
			diagnostics: [
				expect.objectContaining({
					code: "TFM-JINJA-021",
					message:
						"the SQL of the nodes compiled so far, with 1 characters of this one, is larger than the limit of 10",
					at: expect.objectContaining({ file: "models/c.sql" }),
				}),
			],
		}),
	);
});
