import type { Dialect, Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { fail } from "../core/diagnostic.ts";
import type { LandingStageDialect, StagedFile } from "../core/landingDialect.ts";
import type { SourceNode } from "../core/node.ts";
import type { StageSpec } from "./readStage.ts";

/** Throws TFM-LOAD-033 where the engine has no stages. */
export function stagesOf(dialect: Dialect, source: SourceNode): LandingStageDialect {
	const { staging } = dialect.landing;
	const table = `${source.source_name}.${source.name}`;
	return staging ?? fail("TFM-LOAD-033", { table, engine: dialect.name }, { at: source.location });
}

/**
 * The files of a load from a stage, by the name under which they are known (the stage's and their path), in its order.
 * Throws TFM-LOAD-033, 034 (there is no such stage), 013 (it has no such file).
 */
export async function listStagedFiles(
	session: Session,
	dialect: Dialect,
	{ spec, source }: { readonly spec: StageSpec; readonly source: SourceNode },
): Promise<ReadonlyMap<string, StagedFile>> {
	const staging = stagesOf(dialect, source);
	const table = `${source.source_name}.${source.name}`;
	const { stage, folder, pattern } = spec;
	const ask = async (sql: string) => {
		try {
			return await session.query(sql);
		} catch (error) {
			if (!(error instanceof DatabaseError) || !/does not exist/i.test(error.message)) throw error;
			return fail("TFM-LOAD-034", { table, stage, problem: error.message }, { at: source.location });
		}
	};
	const described = await ask(staging.describe(stage));
	const found = staging
		.readFiles(described, await ask(staging.list(stage, folder)))
		.filter(({ path }) => path.startsWith(folder) && (pattern === null || pattern.test(path.slice(folder.length))))
		.map((file) => [`${stage}/${file.path}`, file] as const)
		.sort(([a], [b]) => (a < b ? -1 : 1));
	if (found.length === 0) {
		const which = pattern === null ? "" : ` with pattern ${pattern.source.slice(4, -2)}`;
		fail("TFM-LOAD-013", { files: `${stage}/${folder}${which}`, table, staged: true }, { at: source.location });
	}
	return new Map(found);
}
