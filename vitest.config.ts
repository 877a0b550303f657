import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const globalSetup = ["scripts/testPostgres.mjs"];
const execArgv = [
	// Threads that the product starts are TypeScript in the source tree.
	"--import",
	new URL("scripts/typescriptInThreads.mjs", import.meta.url).href,
];

export default defineConfig({
	test: {
		// A third of the time is waiting for databases and processes: of two cores, two workers leave one half idle.
		maxWorkers: Math.max(3, availableParallelism() - 1),
		projects: [
			{
				test: {
					name: "unit",
					include: ["src/**/*.test.ts", "site/**/*.test.ts", "packages/*/src/**/*.test.ts"],
					// Modules keep nothing from one test to the next: loading them once for all files is a third of the work.
					isolate: false,
					globalSetup,
					execArgv,
					testTimeout: 30_000,
					hookTimeout: 60_000,
				},
			},
			{
				test: {
					name: "e2e",
					include: ["e2e/**/*.test.ts"],
					globalSetup,
					execArgv,
					testTimeout: 120_000,
					hookTimeout: 120_000,
					// The default of one second is a guess about the machine.
					expect: { poll: { timeout: 30_000 } },
				},
			},
		],
	},
});
