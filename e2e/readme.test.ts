import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { tfm } from "./runCase.ts";
import { warehouseProject } from "./warehouse/warehouseProject.ts";

/**
 * The outputs in the README are what the commands print: the blocks that follow `<!-- output: name -->`. Times, the
 * run's id and the server's version differ from run to run and are masked. UPDATE_DOCS=1 writes them anew.
 */
const README = join(dirname(dirname(fileURLToPath(import.meta.url))), "README.md");

const masked = (text: string): string =>
	text
		.replace(/\d+(\.\d+)?s\b/g, "#s")
		.replace(/ +#s/g, " #s")
		.replace(/run [0-9a-f]{4}…[0-9a-f]{2}/g, "run #")
		.replace(/\(PostgreSQL [\d.]+/g, "(PostgreSQL #")
		.replace(/^ Slowest .*\n/gm, "");

function compare(name: string, command: string, printed: string): void {
	const readme = readFileSync(README, "utf8");
	const block = new RegExp(`<!-- output: ${name} -->\\n\`\`\`\\n([\\s\\S]*?)\`\`\``);
	const shown = `$ npx tfm ${command}\n${printed}`;
	if (process.env.UPDATE_DOCS === "1")
		writeFileSync(
			README,
			readme.replace(block, () => `<!-- output: ${name} -->\n\`\`\`\n${shown}\`\`\``),
		);
	expect(masked(block.exec(readFileSync(README, "utf8"))?.[1] ?? "")).toBe(masked(shown));
}

const now = () => new Date();
const ids = (id: string) => ({ TFM_INVOCATION_ID: id });

describe("the README", () => {
	it("shows what the reference warehouse prints on a fresh clone", async () => {
		const project = warehouseProject();
		try {
			const first = await tfm(["run"], project.root, ids("3d5e88a1-90b2-4e7f-8f34-c1b7705ae2d9"), now);
			expect(first.code, first.stdout + first.stderr).toBe(0);
			compare("warehouse", "run", first.stdout);
			const related = await tfm(["show", "--select", "rpt_related_drugs"], project.root);
			compare("warehouse answer", "show --select rpt_related_drugs", related.stdout);
		} finally {
			project.remove();
		}
	});

	const work = mkdtempSync(join(tmpdir(), "tfm-readme-"));
	const root = join(work, "shop");
	afterAll(() => rmSync(work, { recursive: true, force: true }));

	it("shows what the newcomer's commands print, from the closed gate to the answer", async () => {
		const made = await tfm(["init", "--yes", "--name", "shop", "--project-dir", "shop"], work);
		expect(made.code, made.stderr).toBe(0);

		const closed = await tfm(["run"], root, ids("8f2a1b6c-41d7-4f0e-9a53-6f2d0c7be913"), now);
		expect(closed.code).toBe(1);
		compare("closed", "run", closed.stdout);

		const seed = join(root, "seeds/raw_orders.csv");
		writeFileSync(seed, readFileSync(seed, "utf8").replace("4,Edsger,2026-11-17,\n", "4,Edsger,2026-11-17,44.00\n"));
		const open = await tfm(["retry"], root, ids("c90d44e7-5b1f-4c2a-8d61-1e7a93f05b42"), now);
		expect(open.code).toBe(0);
		compare("open", "retry", open.stdout);

		const query = "select * from {{ ref('rpt_best_day') }}";
		const shown = await tfm(["show", "--inline", query], root);
		compare("show", `show --inline "${query}"`, shown.stdout);
	});
});
