/** What belongs to relations beside their rows (grants, comments, indexes), run by run, as oracleRuns.ts has it for rows. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import yaml from "js-yaml";
import { tfm } from "../runCase.ts";
import type { World } from "./oracleRuns.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const text = (name: string) => readFileSync(join(HERE, name), "utf8");

type Properties = Readonly<Record<string, unknown>>;

export interface PropertyScenario {
	readonly configs: readonly Readonly<Record<string, unknown>>[];
	/** Where tfm does otherwise than dbt, run by run. */
	readonly differs?: readonly Properties[];
}

export const PROPERTIES = yaml.load(text("properties.yml")) as Record<string, PropertyScenario>;
export const DBT_PROPERTIES = JSON.parse(text("dbtProperties.golden.json")) as Record<string, readonly Properties[]>;
const ROLES = ["inc_reader", "inc_writer", "inc_other"];

const createRoles = `do $$ declare r text; begin
	foreach r in array array['${ROLES.join("', '")}'] loop
		begin execute format('create role %I', r); exception when duplicate_object or unique_violation then null; end;
	end loop;
end $$`;

export async function runProperties(world: World): Promise<Record<string, Properties[]>> {
	const root = mkdtempSync(join(tmpdir(), "tfm-properties-"));
	const after: Record<string, Properties[]> = {};
	try {
		const layers = world.layered ? { layers: ["out"], schema_naming: "exact" } : {};
		writeFileSync(join(root, "tfm_project.yml"), yaml.dump({ name: "shop", profile: "shop", ...layers }));
		const output = { ...(world.output ?? { type: "pglite" }), schema: "out" };
		writeFileSync(join(root, "profiles.yml"), yaml.dump({ shop: { target: "dev", outputs: { dev: output } } }));
		mkdirSync(join(root, "models/out"), { recursive: true });
		mkdirSync(join(root, ".tfm"));
		await world.look(root, (session) => session.query(createRoles));
		for (let run = 0; run < 3; run++) {
			const models = Object.entries(PROPERTIES).map(([name, { configs }]) => {
				writeFileSync(join(root, `models/out/${name}.sql`), `select ${run + 1} as id, 'x'::text as v`);
				const columns = [{ name: "id", description: `Key ${run}` }, { name: "v" }];
				return { name, description: `About ${name}`, config: configs[run]!, columns };
			});
			writeFileSync(join(root, "models/_.yml"), yaml.dump({ models }));
			const { code, stdout, stderr } = await tfm(["run"], root);
			if (code !== 0) throw new Error(stdout + stderr);
			await world.look(root, async (session) => {
				for (const name of Object.keys(PROPERTIES)) {
					const { rows } = await session.query(text("properties.sql").replace("$name", name));
					(after[name] ??= []).push(JSON.parse(String(rows[0]?.[0])));
				}
			});
		}
		return after;
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}
