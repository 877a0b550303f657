import { expect, it } from "vitest";
import { compileTemplate } from "../../jinja/jinja.ts";
import { viewOf } from "./lazyMapping.ts";
import { resultObjects } from "./resultObject.ts";

function render(text: string, names: Record<string, unknown>): string {
	const values = new Map(Object.entries(names).map(([name, data]) => [name, viewOf(data)]));
	return compileTemplate({ file: "t", text }).render({ get: (name) => values.get(name) }, { undefined: "strict" });
}

it("is changed for the render that changes it, and what is behind it is not", () => {
	const node = { columns: { id: { meta: { a: 1, b: 2 } } } };
	const text =
		"{% set m = node.columns.id.meta %}{{ m.pop('a') }} {% do m.update({'c': 3}, d=4) %}{{ m }} {{ m.c }} {{ 'a' in m }} {{ m | length }} {{ node.columns.id.meta.get('c') }} {{ m.setdefault('e', 5) }} {{ m.keys() | list }}";
	expect(render(text, { node })).toBe("1 {'b': 2, 'c': 3, 'd': 4} 3 False 3 3 5 ['b', 'c', 'd', 'e']");
	expect(node).toEqual({ columns: { id: { meta: { a: 1, b: 2 } } } });
});

it("shows a result's node with a config in which nothing is undefined, and its moments as datetimes", () => {
	const result = {
		node: { unique_id: "test.shop.t", resource_type: "test", config: { severity: "ERROR" } },
		status: "pass",
		timing: [{ name: "compile", started_at: "2026-01-02T03:04:05.678Z", completed_at: "2026-01-02T03:04:06.000Z" }],
	};
	const results = resultObjects([result], new Date(0));
	const text =
		"{% set r = results[0] %}{{ r.node.config.severity }} {{ r.node.config.full_refresh is none }} {{ r.timing[0].started_at }} {{ r.to_dict().timing[0].started_at }}";
	expect(render(text, { results })).toBe("ERROR True 2026-01-02 03:04:05.678000 2026-01-02T03:04:05.678Z");
});
