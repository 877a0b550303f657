import { defineConfig } from "vitest/config";

const globalSetup = ["scripts/testPostgres.mjs"];

export default defineConfig({
	test: {
		projects: [
			{ test: { name: "unit", include: ["src/**/*.test.ts"], globalSetup, testTimeout: 30_000, hookTimeout: 60_000 } },
			{ test: { name: "e2e", include: ["e2e/**/*.test.ts"], globalSetup, testTimeout: 120_000, hookTimeout: 120_000 } },
		],
	},
});
