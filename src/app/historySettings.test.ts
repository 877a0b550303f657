import { describe, expect, it } from "vitest";
import type { ProjectConfig } from "../core/config.ts";
import type { Plain } from "../core/node.ts";
import { historySettings } from "./historySettings.ts";

const settings = (history?: { readonly [key: string]: Plain }) =>
	historySettings({ places: new Map(), tfm: history === undefined ? {} : { history } } as unknown as ProjectConfig);

describe("the history settings of a project", () => {
	it("keep ninety days where nothing is said", () => {
		expect(settings()).toEqual({ keepMs: 90 * 86_400_000 });
	});

	it("take days and weeks, and no history at all", () => {
		expect([settings({ keep: "2w" }), settings({ keep: 7 }), settings({ enabled: false })]).toEqual([
			{ keepMs: 14 * 86_400_000 },
			{ keepMs: 7 * 86_400_000 },
			undefined,
		]);
	});

	it.each([{ keep: "long" }, { enabled: "yes please" }, { kept: 3 }])("refuse %j", (history) => {
		expect(() => settings(history as { readonly [key: string]: Plain })).toThrow(
			expect.objectContaining({ diagnostics: [expect.objectContaining({ code: "TFM-HIST-002" })] }),
		);
	});
});
